import type { FindingCode } from "../decide/codes.ts";
import { isStandingWhole } from "../plan/counts.ts";
import { appKey, appText } from "../plan/parts.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import type { StandingShown } from "../plan/standingPart.ts";
import { placeText } from "../policy/policy.ts";
import type { SetupLinks } from "../setupLinks.ts";
import { KIND_WORDS, SOURCE_WORDS } from "../standing.ts";
import { compareText, firstFew } from "../text.ts";
import { minuteText } from "../time.ts";
import { appSetup } from "./org/columns.ts";
import { type Table, tableOf } from "./render/table.ts";
import { STANDING_VERDICTS } from "./words.ts";

type Entry = StandingShown["entries"][number] &
  Partial<Pick<NonNullable<PlanFile["standingAccess"]>["entries"][number], "code" | "policy">>;

interface Row {
  readonly app: string;
  readonly appId: string | null;
  /** The app as one that Setup has a page of; null where nobody can tell which it is. */
  readonly setupApp: Entry["app"];
  readonly kind: Entry["kind"];
  readonly users: number;
  readonly who: string;
  readonly lastSeen: string | null;
  readonly knownBy: string;
  readonly code: FindingCode | null;
  readonly policy: string | null;
}

/** Access without a grant as a table: a row for each app, way in, and what the policy makes of it. Pure. @param judged whether it was held against a policy @param links where its apps are in Setup */
export function standingTable(
  entries: readonly Entry[],
  judged: boolean,
  links: SetupLinks | null = null,
): Table {
  const groups = Map.groupBy(entries, ({ app, name, kind, code, policy }) =>
    JSON.stringify([app && appKey(app), name, kind, code ?? null, policy ?? null]),
  );
  const rows = [...groups.values()].map(rowOf);
  // What the policy does not want first.
  rows.sort(
    (a, b) =>
      Number(a.code === null) - Number(b.code === null) ||
      compareText(a.app, b.app) ||
      compareText(a.kind, b.kind),
  );
  return tableOf(rows, {
    app: { title: "App", kind: "text", address: "setup", value: ({ app }: Row) => app },
    setup: appSetup(links, ({ setupApp }: Row) => setupApp),
    appId: { title: "Id", kind: "text", only: ["csv"], value: ({ appId }: Row) => appId },
    by: { title: "Gets in by", kind: "text", value: ({ kind }: Row) => KIND_WORDS[kind].by },
    users: { title: "Users", kind: "count", only: ["markdown", "page"], value: ({ users }: Row) => users },
    who: { title: "As", kind: "text", value: ({ who }: Row) => who },
    lastSeen: {
      title: "Last seen",
      kind: "day",
      nothing: "not seen",
      value: ({ lastSeen }: Row) => lastSeen,
    },
    knownBy: {
      title: "Known by",
      kind: "text",
      only: ["markdown", "page"],
      value: ({ knownBy }: Row) => knownBy,
    },
    verdict: {
      title: "Standing",
      kind: "badge",
      words: STANDING_VERDICTS,
      nothing: "no finding",
      only: judged ? ["terminal", "markdown", "page", "csv"] : [],
      value: ({ code }: Row) => code,
    },
    policy: {
      title: "Policy",
      kind: "text",
      under: "verdict",
      only: judged ? ["page", "markdown", "csv"] : [],
      value: ({ policy }: Row) => policy,
    },
    toEnd: {
      title: "To end it",
      kind: "text",
      only: ["markdown", "page"],
      value: ({ kind }: Row) => KIND_WORDS[kind].toEnd,
    },
  });
}

function rowOf(group: readonly Entry[]): Row {
  const { app, name, couldBe, kind, code = null, policy } = group[0]!;
  const users = [...new Set(group.flatMap(({ user }) => (user === null ? [] : (user.username ?? user.id))))];
  const through = [...new Set(group.flatMap((entry) => entry.through))];
  const knownBy = new Set(group.flatMap((entry) => entry.knownBy));
  const called = name === null ? "app not told by the org" : `“${name}”, not told which`;
  const label =
    app === null
      ? couldBe.length === 0 && name !== null
        ? `${name} (by name alone)`
        : called
      : appText(app);
  return {
    app: label,
    appId: app?.id ?? null,
    setupApp: app,
    kind,
    users: users.length,
    who: users.length > 0 ? firstFew(users.sort()) : through.length > 0 ? firstFew(through) : "nobody named",
    lastSeen: group.reduce<string | null>(
      (last, { lastSeen }) => (last === null || (lastSeen !== null && lastSeen > last) ? lastSeen : last),
      null,
    ),
    knownBy: [...knownBy].map((source) => SOURCE_WORDS[source].name).join(", "),
    code,
    policy: policy === undefined ? null : placeText(policy),
  };
}

/**
 * Where it was looked for, and where not, in sentences; none of it is untrusted.
 * @param standing undefined where nobody looked, as in a plan of an older release
 */
export function standingNote(standing: Pick<StandingShown, "days" | "sources"> | undefined): {
  readonly note: string;
  /** Whether all of it was read. */
  readonly isWhole: boolean;
} {
  const { days = 0, sources = [] } = standing ?? {};
  const nameOf = ({ source }: StandingShown["sources"][number]) =>
    source === "logins" ? `${SOURCE_WORDS.logins.name} of the last ${days} days` : SOURCE_WORDS[source].name;
  const read = sources.filter(({ state }) => state !== "not-read").map(nameOf);
  const missing = sources.flatMap(({ source, state, since }) => {
    const { name, toRead } = SOURCE_WORDS[source];
    if (state === "read") return [];
    if (state === "not-read") return `Not read: ${name}; ${toRead}.`;
    return `Read in part: ${name}${since === null ? "" : `, back to ${minuteText(since)}`}.`;
  });
  const looked = read.length === 0 ? "It was not looked for." : `Looked for in: ${read.join(", ")}.`;
  return {
    note: ["Access without a grant is reported, and never revoked.", looked, ...missing].join(" "),
    isWhole: isStandingWhole(standing),
  };
}
