import pc from "picocolors";
import type { FleetRun, OrgResult } from "../../fleet/runSchema.ts";
import { printable } from "../../printable.ts";
import { amount } from "../../text.ts";
import { type Table, tableOf } from "../render/table.ts";
import { NO_TERMINAL, type Terminal, tableText } from "../render/terminal.ts";

/** What each status means, as people read it. */
const STATUS_WORDS = {
  clean: "clean",
  reports: "reports",
  revokes: "revokes",
  refused: "refused",
  inconclusive: "inconclusive",
  unreachable: "unreachable",
  failed: "failed",
} as const satisfies Record<OrgResult["status"], string>;

/** A run over a fleet for a terminal: a row an org, then why some were not judged, then the fleet's limits. */
export function fleetText(run: FleetRun, { width, color }: Terminal = NO_TERMINAL): string {
  const colors = pc.createColors(color);
  const { orgs, limits } = run;
  const problems = orgs.flatMap(({ name, status, problem }) =>
    problem === null
      ? []
      : [`${colors.red(`${printable(name)}, ${STATUS_WORDS[status]}:`)} ${printable(problem.text)}`],
  );
  const parts = [
    orgs.length === 0 ? "No org is selected." : tableText(fleetTable(orgs), width),
    ...(problems.length === 0 ? [] : [problems.join("\n")]),
    ...(limits.refusal === null
      ? [`Limits of the fleet: ${fleetLimitsText(limits)}.`]
      : [colors.red(`Refused: ${printable(limits.refusal)} [fleet-limits-exceeded]`)]),
    summaryOf(run),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** How many orgs, and what came of them: the last line. */
function summaryOf({ orgs, notSelected }: FleetRun): string {
  const counts = Map.groupBy(orgs, ({ status }) => status);
  const found = [...counts].map(([status, some]) => `${some.length} ${STATUS_WORDS[status]}`);
  const revocations = orgs.reduce(
    (sum, { status, numbers }) => sum + (status === "revokes" ? (numbers?.revocations ?? 0) : 0),
    0,
  );
  const left = notSelected.length === 0 ? "" : ` ${amount(notSelected.length, "org")} not selected.`;
  return `${amount(orgs.length, "org")}${found.length === 0 ? "" : `: ${found.join(", ")}`}. ${amount(revocations, "revocation")} in all.${left}`;
}

/** The limits with the numbers that they were held against. */
function fleetLimitsText({ revocations, percent, perApp, orgs }: FleetRun["limits"]): string {
  const ofApp = perApp === null ? "" : `, of one app ${perApp.actual} of ${perApp.limit}`;
  return `revocations ${revocations.actual} of ${revocations.limit}, ${percent.actual}% of ${percent.limit}%${ofApp}, orgs ${orgs.actual} of ${orgs.limit}`;
}

/** Orgs as a table, in the order of the file. */
function fleetTable(orgs: readonly OrgResult[]): Table {
  return tableOf(orgs, {
    org: { title: "Org", kind: "text", value: ({ name }) => name },
    wave: { title: "Wave", kind: "count", value: ({ wave }) => wave },
    status: { title: "Result", kind: "badge", words: STATUS_WORDS, value: ({ status }) => status },
    revocations: {
      title: "Revokes",
      kind: "count",
      nothing: "?",
      value: ({ numbers }) => numbers?.revocations ?? null,
    },
    reported: {
      title: "Reported",
      kind: "count",
      nothing: "?",
      value: ({ numbers }) => numbers?.reported ?? null,
    },
    grants: { title: "Grants", kind: "count", nothing: "?", value: ({ numbers }) => numbers?.grants ?? null },
  });
}
