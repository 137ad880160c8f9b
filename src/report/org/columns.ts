import type { PlanFile } from "../../plan/planSchema.ts";
import { isId, type SetupLinks } from "../../setupLinks.ts";
import { FIRST_GRANTED, LAST_USED } from "../periodColumns.ts";
import type { ColumnOf } from "../render/table.ts";
import { DECISIONS, STANDINGS } from "../words.ts";
import type { AppRow, GrantRow, OrgView } from "./orgView.ts";

/** What has room for more columns than a terminal of 80 characters. */
export const WIDE = ["markdown", "page"] as const;

export const GRANTED = { title: "Granted", kind: "day", nothing: "unknown" } as const;

/** An app, who holds how much of it, and how much that is used. */
export function appColumns({ links, measures }: Pick<OrgView, "links" | "measures">) {
  return {
    app: { title: "App", kind: "text", leadsTo: "grants", value: ({ name }: AppRow) => name },
    // It leads to Setup, so that an app without an id has a link as well.
    id: {
      title: "Id",
      kind: "text",
      under: "app",
      address: "setup",
      only: ["page"],
      value: ({ id }: AppRow) => id ?? "no id",
    },
    setup: setupOf((app: AppRow) => links?.app(app) ?? null),
    users: { title: "Users", kind: "count", value: ({ users }: AppRow) => users },
    grants: { title: "Grants", kind: "count", value: ({ grants }: AppRow) => grants },
    firstGranted: { ...FIRST_GRANTED, value: ({ firstGranted }: AppRow) => firstGranted },
    lastUsed: { ...LAST_USED, value: ({ lastUsed }: AppRow) => lastUsed },
    idle: { title: "Idle", kind: "count", value: ({ idle }: AppRow) => idle },
    unknownUse: {
      title: "Use unknown",
      kind: "count",
      only: ["page"],
      value: (row: AppRow) => row.unknownUse,
    },
    useCount: { title: "Tokens", kind: "count", only: ["page"], value: ({ useCount }: AppRow) => useCount },
    privileged: {
      title: "High privilege",
      kind: "count",
      only: WIDE,
      nothing: measures.privilege.isJudged ? "" : "not judged",
      value: ({ privileged }: AppRow) => privileged,
    },
  } as const;
}

export const STANDING = {
  title: "Standing",
  kind: "badge",
  choice: true,
  words: STANDINGS,
  value: ({ standing }: AppRow | GrantRow) => standing,
} as const;

export const DECISION = {
  title: "Decision",
  kind: "badge",
  choice: true,
  words: DECISIONS,
  value: ({ action }: GrantRow) => action,
} as const;

/** A user by name, and below it on the page who that is. */
export function userColumns(links: SetupLinks | null) {
  return {
    username: {
      title: "User",
      kind: "text",
      address: "userSetup",
      value: ({ username }: GrantRow) => username,
    },
    userSetup: userSetup(links, ({ userId }: GrantRow) => userId),
    person: { title: "Person", kind: "text", under: "username", only: ["page"], value: personText },
  } as const;
}

/** The app of a grant. */
export function grantAppColumns(links: SetupLinks | null) {
  return {
    app: { title: "App", kind: "text", choice: true, address: "appSetup", value: ({ app }: GrantRow) => app },
    appSetup: appSetup(links, ({ appId, appKind }: GrantRow) => ({ id: appId, kind: appKind })),
  } as const;
}

type Planned = PlanFile["revocations"][number];

/** Where users and apps of planned revocations are in Setup. */
export function plannedSetup(links: SetupLinks | null) {
  return {
    userSetup: userSetup(links, ({ user }: Planned) => user.id),
    appSetup: appSetup(links, ({ app }: Planned) => app),
  } as const;
}

export type NamedSetup = ReturnType<typeof namedSetup>;

/** Where apps and users are in Setup that a row gives by what stands for them; null for those that hold no grant. It goes through all grants. */
export function namedSetup({ links, grants }: Pick<OrgView, "links" | "grants">) {
  const apps = new Map(
    grants.map(({ app, appId, appKind }) => [app, links?.app({ id: appId, kind: appKind }) ?? null]),
  );
  const users = new Map(grants.map(({ username, userId }) => [username, userId]));
  return {
    app: <Row>(appOf: (row: Row) => string | null) =>
      setupOf((row: Row) => apps.get(appOf(row) ?? "") ?? null),
    user: <Row>(userOf: (row: Row) => string | null) =>
      userSetup(links, (row: Row) => users.get(userOf(row) ?? "") ?? ""),
    /** The whole address of a user. */
    userAddress: (name: string | null) => links?.user(users.get(name ?? "") ?? "") ?? null,
  };
}

export function setupOf<Row>(value: (row: Row) => string | null) {
  return { title: "Setup", kind: "address", only: ["page"], value } as const satisfies ColumnOf<Row, string>;
}

/** Where an app is that a row gives by its id and kind, or null. */
export function appSetup<Row>(
  links: SetupLinks | null,
  appOf: (row: Row) => Parameters<SetupLinks["app"]>[0] | null,
) {
  return setupOf((row: Row) => {
    const app = appOf(row);
    return app === null ? null : (links?.app(app) ?? null);
  });
}

/** As ids alone, which is much shorter in the page than the whole addresses. */
export function userSetup<Row>(links: SetupLinks | null, idOf: (row: Row) => string) {
  return {
    title: "Setup",
    kind: "address",
    only: ["page"],
    ...(links === null ? {} : { around: links.aroundUser }),
    value: (row: Row) => (links !== null && isId(idOf(row)) ? idOf(row) : null),
  } as const;
}

function personText({ name, profile, isActive, isFrozen }: GrantRow): string {
  const state = isActive === null ? "not listed by the org" : isActive ? null : "inactive";
  return [name, profile, state, isFrozen === true ? "frozen" : null]
    .filter((part) => part !== null)
    .join(" · ");
}
