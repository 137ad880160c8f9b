import type { OrgResult } from "../../fleet/runSchema.ts";
import { FIRST_GRANTED, LAST_USED } from "../periodColumns.ts";
import { type Table, tableOf } from "../render/table.ts";
import { STANDINGS } from "../words.ts";
import type { AppAcross } from "./acrossOrgs.ts";
import { STATUS_WORDS, standingIn } from "./fleetWords.ts";

type Number = keyof NonNullable<OrgResult["numbers"]>;

const number = (title: string, key: Number) =>
  ({
    title,
    kind: "count",
    nothing: "?",
    value: ({ numbers }: OrgResult) => numbers?.[key] ?? null,
  }) as const;

const WIDE = ["markdown", "page"] as const;

/** What came of each org, in the order that they are in. Pure. */
export function orgTable(orgs: readonly OrgResult[]): Table {
  return tableOf(orgs, {
    org: { title: "Org", kind: "text", value: ({ name }) => name },
    wave: { title: "Wave", kind: "count", value: ({ wave }) => wave },
    status: { title: "Result", kind: "badge", words: STATUS_WORDS, value: ({ status }) => status },
    revocations: number("Revokes", "revocations"),
    reported: number("Reported", "reported"),
    errors: number("Errors", "errors"),
    unlistedApps: { ...number("Apps not listed", "unlistedApps"), only: WIDE },
    idle: { ...number("Idle", "idle"), only: WIDE },
    standing: { ...number("Without a grant", "standing"), only: WIDE, value: standingIn },
    grants: number("Grants", "grants"),
    users: { ...number("Users", "connectedUsers"), only: WIDE },
    apps: { ...number("Apps", "apps"), only: WIDE },
    owner: { title: "Owner", kind: "text", only: WIDE, value: ({ owner }) => owner },
  });
}

/** Apps by name across orgs. Pure. */
export function appsTable(apps: readonly AppAcross[]): Table {
  return tableOf(apps, {
    app: { title: "App", kind: "text", value: ({ name }) => name },
    orgs: { title: "Orgs", kind: "count", value: ({ orgs }) => orgs.length },
    users: { title: "Users", kind: "count", value: ({ users }) => users },
    grants: { title: "Grants", kind: "count", value: ({ grants }) => grants },
    toRevoke: { title: "To be revoked", kind: "count", value: ({ toRevoke }) => toRevoke },
    idle: { title: "Idle", kind: "count", only: WIDE, value: ({ idle }) => idle },
    firstGranted: { ...FIRST_GRANTED, value: ({ firstGranted }) => firstGranted },
    lastUsed: { ...LAST_USED, value: ({ lastUsed }) => lastUsed },
    standing: {
      title: "Standing",
      kind: "text",
      value: ({ standings }) => standings.map((one) => STANDINGS[one]).join(", "),
    },
  });
}
