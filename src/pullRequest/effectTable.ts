import { appText } from "../plan/parts.ts";
import {
  type Group,
  type Grouped,
  groupsOf,
  reasonsText,
  reasonText,
  spanText,
  type Totals,
  totalsOf,
} from "../report/groups.ts";
import { headLines, markdownText, roomAfter, rowLine } from "../report/render/markdown.ts";
import { amount, count } from "../text.ts";

/** Revocations that have one cause. In a fleet each is of an org. */
export interface Effect<One extends Grouped = Grouped> {
  /** As in "this change"; null in a table that tells no causes apart. */
  readonly cause: string | null;
  readonly revocations: readonly One[];
}

/** A column that a table has besides. */
interface OwnColumn<One extends Grouped> {
  readonly title: string;
  readonly cell: (revocations: readonly One[]) => string;
}

/** Cells of a row, in Markdown of one line. */
interface Cells {
  readonly cause: string;
  readonly app: string;
  readonly why?: string;
  readonly lastUsed?: string;
}

/**
 * What is revoked by app and reason, cause by cause, with totals that add up. Nobody's app is left out without being counted: where
 * there is no room for all rows, the smallest of a cause are one row that says how many they are.
 */
export interface EffectTable {
  /** Null where nothing is revoked. */
  readonly whole: string | null;
  /** As many rows as there is room for in so many characters, those of the first cause first. */
  readonly within: (characters: number) => string | null;
}

/**
 * Pure.
 * @param total what all of it is, as in "Merging revokes"
 * @param own a column between the app's and the users'
 */
export function effectTable<One extends Grouped>(
  effects: readonly Effect<One>[],
  total: string,
  own?: OwnColumn<One>,
): EffectTable {
  const hasCauses = effects.some(({ cause }) => cause !== null);
  const titles = [
    ...(hasCauses ? ["Cause"] : []),
    "App",
    ...(own === undefined ? [] : [own.title]),
    ...["Users", "Grants", "Why", "Last used"],
  ];
  const line = (
    { cause, app, why = "", lastUsed = "" }: Cells,
    some: readonly One[],
    { users, grants }: Pick<Totals, "users" | "grants">,
    mark = "",
  ) =>
    rowLine(
      [
        ...(hasCauses ? [cause] : []),
        ...[app, ...(own === undefined ? [] : [own.cell(some)]), count(users), count(grants)],
        ...[why, lastUsed],
      ].map((cell) => (cell === "" ? "" : `${mark}${cell}${mark}`)),
    );
  const parts = effects
    .filter(({ revocations }) => revocations.length > 0)
    .map(({ cause: named, revocations }) => {
      const cause = named ?? "";
      const groups = groupsOf(revocations);
      const sums = totalsOf(revocations);
      return {
        groups,
        lines: groups.map((group) =>
          line(
            {
              cause,
              app: markdownText(appText(group.app)),
              why: markdownText(reasonText(group)),
              lastUsed: lastUsedText(group),
            },
            group.revocations,
            group,
          ),
        ),
        rest: (from: number) => {
          const left = groups.slice(from);
          const others = left.flatMap((group) => group.revocations);
          const less = totalsOf(others);
          return line(
            { cause, app: `… ${amount(less.apps, "more app")}`, why: reasonsText(left) },
            others,
            less,
          );
        },
        sum: line({ cause: `All of ${cause}`, app: amount(sums.apps, "app") }, revocations, sums, "**"),
      };
    });
  const all = effects.flatMap(({ revocations }) => revocations);
  const end = line(
    hasCauses ? { cause: total, app: "" } : { cause: "", app: total },
    all,
    totalsOf(all),
    "**",
  );
  const text = (shown: readonly number[]) => {
    const rows = parts.flatMap(({ lines, rest, sum, groups }, i) => [
      ...lines.slice(0, shown[i]),
      ...(shown[i]! < groups.length ? [rest(shown[i]!)] : []),
      ...(parts.length > 1 ? [sum] : []),
    ]);
    const table = [...headLines(titles), ...rows, end].join("\n");
    return isSumOfUsers(
      parts.flatMap(({ groups }) => groups),
      all,
    )
      ? table
      : `${table}\n\n${USERS_NOTE}`;
  };
  const whole = parts.length === 0 ? null : text(parts.map(({ groups }) => groups.length));
  return {
    whole,
    within: (characters) => {
      if (whole === null || whole.length <= characters) return whole;
      let left = characters - text(parts.map(() => 0)).length - SLACK;
      return text(
        parts.map(({ lines }) => {
          const tooLong = lines.findIndex((one) => {
            left -= one.length + 1;
            return left < 0;
          });
          if (tooLong < 0) return lines.length;
          left = 0;
          return tooLong;
        }),
      );
    },
  };
}

/** Numbers of what is left out can be longer than where all is. */
const SLACK = 100;
const USERS_NOTE = "A user with several apps is counted once in each total.";

function isSumOfUsers(groups: readonly Group<Grouped>[], all: readonly Grouped[]): boolean {
  return groups.reduce((sum, { users }) => sum + users, 0) === totalsOf(all).users;
}

function lastUsedText({ lastUsed }: Group<Grouped>): string {
  const text = spanText(lastUsed, "day", "no use recorded");
  return lastUsed.unknown === 0 || lastUsed.first === null
    ? text
    : `${text}, ${count(lastUsed.unknown)} with no use recorded`;
}

/** Rows of each table of names, fewer each time until a text is short enough. */
const ROWS = [200, 50, 20, 5, 0] as const;
/** Of names so many are kept where not even the table by app fits. */
const FEW_ROWS = 5;
/** The table by app has this much of the room at least. */
const LEAST_FOR_TABLE = 30_000;

/**
 * A text with its table by app whole and as many names as fit beside it; where the table alone is too long, it gets the room.
 * @param textOf is handed how many rows each table of names may have, and the table by app
 */
export function fittedAround(
  table: EffectTable,
  textOf: (rows: number, table: string | null) => string,
): string {
  for (const rows of ROWS) {
    const text = textOf(rows, table.whole);
    if (roomAfter(text) >= 0) return text;
  }
  const rows = roomAfter(textOf(FEW_ROWS, "")) >= LEAST_FOR_TABLE ? FEW_ROWS : 0;
  return textOf(rows, table.within(roomAfter(textOf(rows, ""))));
}
