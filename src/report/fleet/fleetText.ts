import pc from "picocolors";
import type { FleetRun, OrgResult } from "../../fleet/runSchema.ts";
import { printable } from "../../printable.ts";
import { amount } from "../../text.ts";
import { hanging } from "../render/fold.ts";
import { NO_TERMINAL, type Terminal, tableRows, tableText, tightTableText } from "../render/terminal.ts";
import { cutNote, LAST_USED_NOTE } from "../words.ts";
import { appsAcross, type OrgApp } from "./acrossOrgs.ts";
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

type Colors = ReturnType<typeof pc.createColors>;

/** Apps beyond which a terminal is no place for them. */
const MOST_APPS = 40;

/**
 * A run over a fleet for a terminal: what could not be judged first, then a row an org in the order of the file, then the
 * fleet's limits; the last line is the whole in one. Pure.
 * @param apps of the orgs that were judged; left out for none to be shown
 */
export function fleetText(
  run: FleetRun,
  { width, color }: Terminal = NO_TERMINAL,
  apps: readonly OrgApp[] | null = null,
): string {
  const colors = pc.createColors(color);
  const { orgs, limits, notSelected } = run;
  const unseen = notSeenText(orgs);
  const parts = [
    ...problemsPart("Not judged", orgs.filter(isNotJudged), colors),
    ...problemsPart("Over their own limits, nothing is revoked there", orgs.filter(isOverLimits), colors),
    orgs.length === 0 ? "No org is selected." : colouredRows(orgs, width, colors),
    ...platformPart(run, width),
    ...appsPart(apps, width),
    ...(unseen.length === 0 ? [] : [unseen.join(" ")]),
    ...(notSelected.length === 0 ? [] : [`Not selected: ${notSelected.join(", ")}.`]),
    limits.refusal === null
      ? `Limits of the fleet${notSelected.length === 0 ? "" : ", over what is selected"}: ${fleetLimitsText(limits)}.`
      : colors.red(`Refused: ${printable(limits.refusal)} [fleet-limits-exceeded]`),
    worst(run, colors)(summaryText(run)),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** Each org with what is wrong, whole: a terminal wraps it. */
function problemsPart(title: string, orgs: readonly OrgResult[], { red }: Colors): string[] {
  if (orgs.length === 0) return [];
  const lines = orgs.map(
    ({ name, status, problem }) =>
      `  ${red(`${name}, ${STATUS_WORDS[status]}:`)} ${printable(problem?.text ?? "")} [${problem?.code}]`,
  );
  return [[`${title}:`, ...lines].join("\n")];
}

/** The rows are coloured as wholes: in a cell a colour would count as width. */
function colouredRows(orgs: readonly OrgResult[], width: number | null, colors: Colors): string {
  const { head, rows } = tableRows(orgTable(orgs), width);
  return [head, ...rows.map((row, i) => paintOf(orgs[i]!, colors)(row))].join("\n");
}

function paintOf({ status }: OrgResult, { green, yellow, red }: Colors): (text: string) => string {
  switch (status) {
    case "clean":
      return green;
    case "reports":
    case "revokes":
      return yellow;
    default:
      return red;
  }
}

function worst({ orgs, limits }: FleetRun, colors: Colors): (text: string) => string {
  const statuses = orgs.map((org) => paintOf(org, colors));
  if (limits.refusal !== null || statuses.includes(colors.red)) return colors.red;
  if (statuses.includes(colors.yellow) || notSeenText(orgs).length > 0) return colors.yellow;
  return orgs.length === 0 ? (text) => text : colors.green;
}

function appsPart(apps: readonly OrgApp[] | null, width: number | null): string[] {
  if (apps === null) return [];
  const across = appsAcross(apps);
  // What is piped is not cut.
  const most = width === null ? across.length : MOST_APPS;
  const cut = cutNote(across.length - most, "--format csv, json or html has them all");
  const rows = across.length === 0 ? "No grant was counted." : tableText(appsTable(across), width, most);
  return [["Apps across orgs", rows, ...(cut === null ? [] : [cut]), LAST_USED_NOTE].join("\n")];
}

function platformPart(run: FleetRun, width: number | null): string[] {
  const platform = platformAcross(run);
  if (platform === null) return [];
  return [
    [
      `${platform.title}, in ${amount(platform.orgs, "org")}`,
      ...hanging(platform.text, width, "", "  "),
      tightTableText(platform.table(), width),
    ].join("\n"),
  ];
}
