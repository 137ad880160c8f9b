import type { OrgResult } from "../../fleet/runSchema.ts";
import { amount } from "../../text.ts";
import { fitted, markdownText, tableMarkdown } from "../render/markdown.ts";
import { type Table, tableOf } from "../render/table.ts";
import { COUNTED_NOTE, cutNote, LAST_USED_NOTE } from "../words.ts";
import { appsAcross, appsOf } from "./acrossOrgs.ts";
import type { FleetPlans } from "./fleetPlans.ts";
import { appsTable, orgTable } from "./fleetTables.ts";
import {
  fleetLimitsText,
  isNotJudged,
  isOverLimits,
  notSeenText,
  STATUS_WORDS,
  summaryText,
} from "./fleetWords.ts";
import { platformAcross } from "./platformAcross.ts";

const WHERE = "`--format csv` and `json` have them all";
/** From the one that is to be seen first. */
const WORST_FIRST: readonly OrgResult["status"][] = [
  "failed",
  "unreachable",
  "inconclusive",
  "refused",
  "revokes",
  "reports",
  "clean",
];

/** A report on a fleet for issues and job summaries, with fewer rows where it would be too long for one. Pure. */
export function fleetMarkdown(plans: FleetPlans): string {
  const { run } = plans;
  const orgs = run.orgs.toSorted(
    (a, b) =>
      WORST_FIRST.indexOf(a.status) - WORST_FIRST.indexOf(b.status) ||
      (b.numbers?.revocations ?? 0) - (a.numbers?.revocations ?? 0),
  );
  const problems = problemTable(orgs.filter((org) => isNotJudged(org) || isOverLimits(org)));
  const apps = appsTable(appsAcross(appsOf(plans)));
  const platform = platformAcross(run);
  const unseen = notSeenText(run.orgs);
  return fitted(
    (most) =>
      `${[
        `# Connected users of ${amount(run.orgs.length, "org")}`,
        `${markOf(run)} **${summaryText(run)}**`,
        ...(run.limits.refusal === null ? [] : [`Refused: ${markdownText(run.limits.refusal)}`]),
        ...part("Not judged, or over limits of their own", problems, most),
        ...part("Orgs", orgTable(orgs), most),
        ...(platform === null
          ? []
          : [
              `## ${platform.title}`,
              platform.text,
              tableMarkdown(platform.table(), Math.min(most, MOST_APPS), WHERE),
            ]),
        ...part("Apps across orgs", apps, Math.min(most, MOST_APPS)),
        ...notSelected(run.notSelected, most),
        `Limits of the fleet: ${markdownText(fleetLimitsText(run.limits))}.`,
        [`${markdownText(run.file)} at ${run.asOf}. ${COUNTED_NOTE}`, ...unseen, LAST_USED_NOTE].join(" "),
      ].join("\n\n")}\n`,
    MOST_ORGS,
  );
}

/** Rows that are shown where there is room. */
const MOST_ORGS = 1_000;
const MOST_APPS = 100;

function markOf({ orgs, limits }: FleetPlans["run"]): string {
  const isClean =
    orgs.length > 0 && limits.refusal === null && orgs.every(({ status }) => status === "clean");
  return isClean && notSeenText(orgs).length === 0 ? "✅" : "⚠️";
}

function part(title: string, table: Table, most: number): string[] {
  return table.size === 0 ? [] : [`## ${title}`, tableMarkdown(table, most, WHERE)];
}

function problemTable(orgs: readonly OrgResult[]): Table {
  return tableOf(orgs, {
    org: { title: "Org", kind: "text", value: ({ name }) => name },
    status: { title: "Result", kind: "badge", words: STATUS_WORDS, value: ({ status }) => status },
    code: { title: "Code", kind: "text", value: ({ problem }) => problem?.code ?? null },
    why: { title: "Why", kind: "text", value: ({ problem }) => problem?.text ?? null },
  });
}

function notSelected(names: readonly string[], most: number): string[] {
  if (names.length === 0) return [];
  const cut = cutNote(names.length - most, WHERE);
  return [
    [
      `Not selected: ${names.slice(0, most).map(markdownText).join(", ")}`,
      ...(cut === null ? [] : [cut]),
    ].join(" "),
  ];
}
