import pc from "picocolors";
import stringWidth from "string-width";
import { meaningOf } from "../decide/codes.ts";
import { appText } from "../plan/parts.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { ruleText } from "../plan/reason.ts";
import { printable } from "../printable.ts";
import { amount, firstFew } from "../text.ts";
import { type Group, groupsOf, reasonText, spanText, totalsOf } from "./groups.ts";
import { hanging } from "./render/fold.ts";
import { tableOf } from "./render/table.ts";
import { NO_TERMINAL, type Terminal, tableText } from "./render/terminal.ts";
import { reauthorizeClause } from "./words.ts";

type Revocation = PlanFile["revocations"][number];

/** Users beyond whom a terminal shows the apps first, and of each the first few users. */
const MOST_USERS = 100;
/** Groups beyond which the table stands alone. */
const MOST_GROUPS = 5;
/** No username is waited for longer than this by what stands beside the others. */
const WIDEST_NAME = 44;

/** How much is shown of many. */
export interface Naming {
  /** Whether each user is named, however many they are. */
  readonly all: boolean;
  /** What names each. Safe to show. */
  readonly command: string;
}

/** Where a terminal has no bound: a file or a pipe, and a caller that wants every name. */
export const EVERY_NAME: Naming = { all: true, command: "" };

/**
 * What is revoked, for a terminal: by app and reason, the most first, a line for each user; what repeats is said once, below. Of more
 * users than somebody reads there it is a table by app, which leaves none out, the first few names of each where those are few, and what
 * names all.
 */
export function revocationLines(
  revocations: readonly Revocation[],
  { width, color }: Terminal = NO_TERMINAL,
  { all, command }: Naming = EVERY_NAME,
): string[] {
  const colors = pc.createColors(color);
  const groups = groupsOf(revocations);
  const isShort = width === null || all || totalsOf(revocations).users <= MOST_USERS;
  const marks = marksOf(groups);
  const lines = isShort
    ? groups.flatMap((group) => groupLines(group, marks.get(group.reauthorize) ?? "", width, colors))
    : [
        ...tableText(groupTable(groups, marks), width).split("\n"),
        ...(groups.length > MOST_GROUPS
          ? []
          : [
              "",
              ...groups.flatMap((group) =>
                fewLines(group, marks.get(group.reauthorize) ?? "", width, colors),
              ),
            ]),
      ];
  const legend = [...marks].flatMap(([reauthorize, mark]) =>
    hanging(`${mark} ${reauthorizeClause(reauthorize)}`, width, "", "  "),
  );
  const more = isShort ? [] : ["", `Each user by name: ${command}`];
  return [...lines, ...legend.map(colors.dim), ...more];
}

/** A sign for each thing that stands in the way of authorizing an app again, where anything does. */
function marksOf(groups: readonly Group[]): ReadonlyMap<Revocation["reauthorize"], string> {
  const kinds = new Set(groups.map(({ reauthorize }) => reauthorize));
  const said = [...kinds].filter((one) => one !== "yes" && one !== "unknown").sort();
  return new Map(said.map((one, i) => [one, "*".repeat(i + 1)]));
}

function groupLines(
  group: Group,
  mark: string,
  width: number | null,
  { red }: ReturnType<typeof pc.createColors>,
): string[] {
  const { revocations } = group;
  const names = revocations.map(({ user }) => printable(user.username ?? user.id));
  const widest = Math.min(WIDEST_NAME, Math.max(...names.map((name) => stringWidth(name))));
  return [
    ...hanging(headText(group, mark), width, "- ", "  ").map(red),
    ...revocations.flatMap((revocation, i) => {
      const name = names[i]!;
      const gap = " ".repeat(Math.max(0, widest - stringWidth(name)) + 2);
      return hanging(
        `${name}${gap}${printable(restOf(revocation, group))}`.trimEnd(),
        width,
        "  - ",
        "      ",
      );
    }),
  ];
}

function fewLines(
  group: Group,
  mark: string,
  width: number | null,
  { red }: ReturnType<typeof pc.createColors>,
): string[] {
  return [
    ...hanging(headText(group, mark), width, "- ", "  ").map(red),
    ...hanging(firstFew(group.names.map(printable)), width, "    ", "    "),
  ];
}

/** `Slack: app not listed (policy/acme.yaml:6), 12 users`; what somebody revokes by hand has no rule. */
function headText(group: Group, mark: string): string {
  const { app, code, users, grants } = group;
  const rule = code === "by-hand" ? "" : ` ${reasonText(group)},`;
  const many = grants === users ? "" : `, ${amount(grants, "grant")}`;
  return printable(`${appText(app)}:${rule} ${amount(users, "user")}${many}${mark === "" ? "" : ` ${mark}`}`);
}

/** What the reason of one user says beside the group's: when it was granted and last used, and the line where the group has several. */
function restOf({ reason, code, policy }: Revocation, { places }: Group): string {
  const rule = ruleText({ code, at: { ...policy, column: 0 } });
  const rest = reason.startsWith(`${rule}; `) ? reason.slice(rule.length + 2) : reason;
  return places.length === 1 || rest === reason ? rest : `${rest} (${policy.file}:${policy.line})`;
}

function groupTable(groups: readonly Group[], marks: ReturnType<typeof marksOf>) {
  const isByHand = groups.every(({ code }) => code === "by-hand");
  return tableOf(groups, {
    app: {
      title: "App",
      kind: "text",
      value: ({ app, reauthorize }: Group) => `${appText(app)} ${marks.get(reauthorize) ?? ""}`.trimEnd(),
    },
    users: { title: "Users", kind: "count", value: ({ users }: Group) => users },
    grants: { title: "Grants", kind: "count", value: ({ grants }: Group) => grants },
    why: {
      title: "Why",
      kind: "text",
      only: isByHand ? [] : ["terminal"],
      value: ({ code }: Group) => meaningOf(code),
    },
    granted: {
      title: "Granted",
      kind: "text",
      value: ({ granted }: Group) => spanText(granted, "month", "unknown"),
    },
    lastUsed: {
      title: "Last used",
      kind: "text",
      value: ({ lastUsed }: Group) => spanText(lastUsed, "month", "not recorded"),
    },
  });
}

/** `12 × Bob's Lead Scoring Tool (app not listed)`, the most first; a few, and how many more. */
export function groupsText(revocations: readonly Revocation[]): string {
  const groups = groupsOf(revocations);
  const said = groups.map(({ app, code, grants }) =>
    printable(`${grants} × ${appText(app)}${code === "by-hand" ? "" : ` (${meaningOf(code)})`}`),
  );
  return firstFew(said);
}
