import type { FleetRun, OrgResult } from "../../fleet/runSchema.ts";
import type { PlanFile } from "../../plan/planSchema.ts";
import { amount, compareText } from "../../text.ts";
import { namesOf } from "../platformText.ts";
import { type Table, tableOf } from "../render/table.ts";
import { isOverLimits } from "./fleetWords.ts";

type PlatformPart = NonNullable<PlanFile["platformApps"]>;

/** Salesforce's own apps of one org that its policy does not list, or those that are only called so. */
interface PlatformRow {
  readonly org: string;
  readonly said: PlatformPart["said"];
  readonly proven: boolean;
  readonly apps: PlatformPart["apps"];
  readonly revoke: number;
  readonly report: number;
  readonly keep: number;
}

/** Salesforce's own apps across the orgs of a fleet. */
export interface PlatformAcross {
  /** What they are, in a line. */
  readonly title: string;
  /** How many orgs have some. */
  readonly orgs: number;
  /** What they are and what happens to them, in words; no name is in it. */
  readonly text: string;
  readonly size: number;
  /** The rows from one on, those that lose most first. */
  readonly table: (from?: number, to?: number, options?: { readonly areNamed: boolean }) => Table;
}

/**
 * Salesforce's own apps with grants that the policies of a fleet do not list, and what is only called so, by org; null where
 * no org that was judged has any. Pure.
 */
export function platformAcross({ orgs, limits }: Pick<FleetRun, "orgs" | "limits">): PlatformAcross | null {
  const rows = orgs.flatMap(rowsOf).sort((a, b) => b.revoke - a.revoke || compareText(a.org, b.org));
  if (rows.length === 0) return null;
  return {
    title: "Salesforce's own apps that policies do not list",
    orgs: new Set(rows.map(({ org }) => org)).size,
    text: [
      "People use them in every org: the mobile apps, the command line, Data Loader and their like.",
      whatGoes(orgs, limits),
      "`platformApps` in a policy says what they get.",
      ...(rows.every(({ proven }) => proven)
        ? []
        : [
            "Nothing proves that what is only called so is Salesforce's: find out whose it is, then list or deny it by id.",
          ]),
    ].join(" "),
    size: rows.length,
    table: (from = 0, to = rows.length, { areNamed } = { areNamed: true }) =>
      tableOf(rows.slice(from, to), {
        org: { title: "Org", kind: "text", value: ({ org }) => org },
        apps: {
          title: "Apps",
          kind: "text",
          ...(areNamed ? {} : { only: [] }),
          value: ({ apps }) => namesOf(apps),
        },
        proven: {
          title: "Salesforce's own",
          kind: "text",
          value: ({ proven }) => (proven ? "yes, by id and package" : "only called so"),
        },
        said: {
          title: "platformApps",
          kind: "text",
          nothing: "not said",
          value: ({ said }) => said,
        },
        revoke: { title: "To be revoked", kind: "count", value: ({ revoke }) => revoke },
        report: { title: "Only reported", kind: "count", value: ({ report }) => report },
        keep: { title: "Kept", kind: "count", value: ({ keep }) => keep },
      }),
  };
}

function rowsOf({ name, platformApps }: OrgResult): PlatformRow[] {
  if (platformApps === undefined) return [];
  const { said, apps } = platformApps;
  return [true, false].flatMap((proven): PlatformRow | [] => {
    const some = apps.filter((one) => one.proven === proven);
    const sum = (key: "revoke" | "report" | "keep") => some.reduce((all, one) => all + one[key], 0);
    if (some.length === 0) return [];
    return {
      org: name,
      said,
      proven,
      apps: some,
      revoke: sum("revoke"),
      report: sum("report"),
      keep: sum("keep"),
    };
  });
}

/** What of them is revoked, apart from what limits refuse. */
function whatGoes(orgs: readonly OrgResult[], { refusal }: FleetRun["limits"]): string {
  const losing = orgs.flatMap((result) => {
    const grants = (result.platformApps?.apps ?? []).reduce((sum, { revoke }) => sum + revoke, 0);
    return grants === 0 ? [] : { grants, isRefused: refusal !== null || isOverLimits(result) };
  });
  const say = (isRefused: boolean, words: string) => {
    const some = losing.filter((one) => one.isRefused === isRefused);
    const grants = some.reduce((sum, one) => sum + one.grants, 0);
    return some.length === 0 ? [] : `${amount(grants, "grant")} in ${amount(some.length, "org")} ${words}`;
  };
  const parts = [say(false, "would be revoked"), say(true, "would be, and limits refuse it")].flat();
  return parts.length === 0 ? "None of their grants would be revoked." : `${parts.join(", ")}.`;
}
