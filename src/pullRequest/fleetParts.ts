import type { FleetRun, OrgResult } from "../fleet/runSchema.ts";
import { isNotJudged, isOverLimits, STATUS_WORDS } from "../report/fleet/fleetWords.ts";
import { platformAcross } from "../report/fleet/platformAcross.ts";
import { details, firstThatFits, markdownText, roomAfter, tableMarkdown } from "../report/render/markdown.ts";
import { type Table, tableOf } from "../report/render/table.ts";
import { amount, firstFew } from "../text.ts";
import { firstOf } from "./commentParts.ts";
import type { EffectTable } from "./effectTable.ts";

/** How much of a fleet a text shows: less each time, until it is short enough. */
export interface Room {
  /** Rows of each table in the details of an org. */
  readonly rows: number;
  /** Of which orgs there are details: of those that fit, the first come first. */
  readonly details: "all" | "that fit" | "none";
  /** Characters of what is wrong with an org; its code alone is always there. */
  readonly why: number;
  /** Rows of each table of orgs. */
  readonly orgs: number;
  /** Orgs that are named where they stand in no table. */
  readonly names: number;
}

const WHOLE: Room = { rows: 200, details: "all", why: 4_000, orgs: Infinity, names: Infinity };
/** People, apps and details go first, then sentences, and orgs last of all: those with rows of their own after those that are but named. */
const ROOMS: readonly Room[] = [
  WHOLE,
  ...[50, 20, 5].map((rows): Room => ({ ...WHOLE, rows })),
  { ...WHOLE, rows: 5, details: "that fit" },
  { ...WHOLE, rows: 0, details: "none", why: 300 },
  { ...WHOLE, rows: 0, details: "none", why: 0 },
  { rows: 0, details: "none", why: 0, orgs: 400, names: 100 },
  { rows: 0, details: "none", why: 0, orgs: 100, names: 20 },
];

/** Details of an org, made for as many rows of each table. */
export type Detail = (rows: number) => string;

/** A text on a fleet, of what there is room for, the details as they fit, and the table by app. */
export type FleetText = (room: Room, details: readonly string[], table: string | null) => string;

/**
 * A text on a fleet that is short enough for an issue or a comment, for any number of orgs and names: its table by app is whole as long
 * as anything else can be less. Pure.
 * @param details those that come first are kept longest
 */
export function fittedFleet(
  details: readonly Detail[],
  textOf: FleetText,
  table: EffectTable = NO_TABLE,
): string {
  const text = fittedDetails(details, (room, shown) => textOf(room, shown, table.whole));
  if (table.whole === null || roomAfter(text) >= 0) return text;
  const least = (effect: string | null) => textOf(ROOMS.at(-1)!, leftOut(details.length), effect);
  return least(table.within(roomAfter(least(""))));
}

const NO_TABLE: EffectTable = { whole: null, within: () => null };

function fittedDetails(
  details: readonly Detail[],
  textOf: (room: Room, details: readonly string[]) => string,
): string {
  return firstThatFits(ROOMS, (room) => {
    const none = leftOut(details.length);
    if (room.details === "none") return textOf(room, none);
    const areAll = room.details === "all";
    const shown: string[] = [];
    let left = roomAfter(textOf(room, areAll ? [] : none));
    for (const [i, detail] of details.entries()) {
      const text = detail(room.rows);
      left -= text.length + 2; // the blank line before it
      if (left < 0 && !areAll) return textOf(room, [...shown, ...leftOut(details.length - i)]);
      shown.push(text);
      if (left < 0) break; // too long whatever comes after it
    }
    return textOf(room, shown);
  });
}

function leftOut(orgs: number): string[] {
  return orgs === 0
    ? []
    : [
        `… and the details of ${amount(orgs, "org")}: \`npx sanctioned fleet plan --out FOLDER\` writes the plan of each.`,
      ];
}

/**
 * Orgs that could not be judged, and those that are over limits of their own, with why; nothing where there are none.
 * @param since the day of each since which it is told; left out where that is not kept
 */
export function problemParts(
  orgs: readonly OrgResult[],
  room: Room,
  since?: ReadonlyMap<string, string>,
): string[] {
  return [
    ...problemPart("Not judged", orgs.filter(isNotJudged), room, since),
    ...problemPart(
      "Over their own limits, nothing would be revoked there",
      orgs.filter(isOverLimits),
      room,
      since,
    ),
  ];
}

function problemPart(
  title: string,
  orgs: readonly OrgResult[],
  room: Room,
  since?: ReadonlyMap<string, string>,
): string[] {
  const table = (from: number, to: number) =>
    tableOf(orgs.slice(from, to), {
      org: { title: "Org", kind: "text", value: ({ name }) => name },
      since: {
        title: "Since",
        kind: "day",
        only: since === undefined ? [] : ["markdown"],
        value: ({ name }) => since?.get(name) ?? null,
      },
      status: { title: "Result", kind: "badge", words: STATUS_WORDS, value: ({ status }) => status },
      code: { title: "Code", kind: "text", value: ({ problem }) => problem?.code ?? null },
      why: {
        title: "Why",
        kind: "text",
        only: room.why === 0 ? [] : ["markdown"],
        value: ({ problem }) => firstOf(problem?.text ?? "", room.why),
      },
    });
  return orgs.length === 0 ? [] : [`### ${title}: ${orgs.length}`, ...orgRows(orgs.length, table, room)];
}

/** Salesforce's own apps that policies of the fleet do not list, with what they get; nothing where there are none. */
export function platformAppsPart(run: FleetRun, room: Room): string[] {
  const platform = platformAcross(run);
  if (platform === null) return [];
  // A table by app and reason names those that go.
  const options = { areNamed: room.why > 0 };
  return [
    `### 🏢 ${platform.title}, in ${amount(platform.orgs, "org")}`,
    platform.text,
    ...orgRows(platform.size, (from, to) => platform.table(from, to, options), room),
  ];
}

/** Rows of orgs that are read at a glance; a longer table goes on folded. */
const AT_A_GLANCE = 10;

/** A table of orgs whose first rows are never folded. @param tableFrom the table from a row on */
export function orgRows(
  size: number,
  tableFrom: (from: number, to: number) => Table,
  { orgs }: Room,
): string[] {
  const where = "`npx sanctioned fleet plan` shows all";
  if (size <= AT_A_GLANCE + 5) return [tableMarkdown(tableFrom(0, size), orgs, where)];
  const rest = tableMarkdown(tableFrom(AT_A_GLANCE, size), Math.max(0, orgs - AT_A_GLANCE), where);
  return [
    tableMarkdown(tableFrom(0, AT_A_GLANCE), AT_A_GLANCE, where),
    rest.startsWith("<details>") ? rest : details(`${amount(size - AT_A_GLANCE, "org")} more`, [rest]),
  ];
}

/** Names of orgs in a sentence. */
function orgNames(names: readonly string[], most: number): string {
  return firstFew(names.map(markdownText), most);
}

/** Names of orgs below what is said of them, folded where there are many; nothing where there are none. @param what as in "Nothing changes in" */
export function orgsPart(what: string, names: readonly string[], room: Room): string[] {
  if (names.length === 0) return [];
  const text = `${orgNames(names, room.names)}.`;
  return names.length <= AT_A_GLANCE
    ? [`${what} ${amount(names.length, "org")}: ${text}`]
    : [details(`${what} ${amount(names.length, "org")}`, [text])];
}

/** How many orgs the run was not asked about, and which; nothing where it was asked about all. */
export function notSelectedPart({ notSelected }: Pick<FleetRun, "notSelected">, room: Room): string[] {
  return orgsPart("Not selected, and not judged:", notSelected, room);
}
