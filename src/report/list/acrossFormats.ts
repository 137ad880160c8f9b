import pc from "picocolors";
import { printable } from "../../printable.ts";
import { safeJson } from "../../safeJson.ts";
import { amount } from "../../text.ts";
import { appsByName } from "../appsByName.ts";
import { FIRST_GRANTED, LAST_USED } from "../periodColumns.ts";
import { tableCsv } from "../render/csv.ts";
import { type Table, tableOf } from "../render/table.ts";
import { NO_TERMINAL, type Terminal, tableText } from "../render/terminal.ts";
import { standingTable } from "../standingTable.ts";
import { COUNTED_NOTE, LAST_USED_NOTE } from "../words.ts";
import type { Answer, FleetAnswers, OrgAnswer } from "./acrossFleet.ts";
import type { HeldApp } from "./heldApps.ts";

const ANSWERS: Readonly<Record<Answer, string>> = {
  connected: "connected",
  "without-grant": "gets in without a grant",
  listed: "listed, no grant counted",
  none: "no grant counted",
  "no-user": "no such user",
  unknown: "unknown",
};

interface Line {
  readonly org: OrgAnswer;
  /** Null for an org without any. */
  readonly app: HeldApp | null;
}

/** Which orgs have what was asked for, for a terminal: those that could not be read first, and the whole in the last line. Pure. */
export function acrossText(answers: FleetAnswers, { width, color }: Terminal = NO_TERMINAL): string {
  const { red } = pc.createColors(color);
  const { asked, orgs, notSelected, alike } = answers;
  const unknown = orgs.filter((org) => org.answer === "unknown");
  const rest = orgs.filter((org) => org.answer !== "unknown");
  const everything = asked.app === undefined && asked.user === undefined;
  const table = everything ? appsTable(appsOfAll(rest)) : linesTable(linesOf(rest));
  const parts = [
    ...(unknown.length === 0
      ? []
      : [
          [
            "Not read, and so unknown:",
            ...unknown.map(
              ({ org, problem }) =>
                `  ${red(`${org}:`)} ${printable(problem?.text ?? "")} [${problem?.code}]`,
            ),
          ].join("\n"),
        ]),
    ...(table.size === 0 ? (rest.length === 0 ? [] : ["No grant was counted."]) : [tableText(table, width)]),
    ...(everything ? [] : standingPart(rest, width)),
    ...(alike.length === 0
      ? []
      : [
          `Called alike, and not counted above: ${alike.map(({ name, orgs: some }) => `${printable(name)} (${some.join(", ")})`).join("; ")}.`,
        ]),
    ...doubtsOf(rest),
    ...(notSelected.length === 0 ? [] : [`Not selected, and not asked: ${notSelected.join(", ")}.`]),
    `${COUNTED_NOTE} ${LAST_USED_NOTE}`,
    summaryOf(answers),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** A row for each org and app, and one for an org without any; orgs that were not asked are in it too. Pure. */
export function acrossCsv({ orgs, notSelected }: FleetAnswers): string {
  const lines: CsvLine[] = [
    ...linesOf(orgs),
    ...notSelected.map((org) => ({
      org: { org, id: null, orgName: null, answer: "not-selected", problem: null, standingAccess: null },
      app: null,
    })),
  ];
  return tableCsv(
    tableOf(lines, {
      org: { title: "", kind: "text", value: ({ org }) => org.org },
      orgId: { title: "", kind: "text", value: ({ org }) => org.id },
      orgName: { title: "", kind: "text", value: ({ org }) => org.orgName },
      answer: { title: "", kind: "text", value: ({ org }) => org.answer },
      app: { title: "", kind: "text", value: ({ app }) => app?.app ?? null },
      appId: { title: "", kind: "text", value: ({ app }) => app?.appId ?? null },
      kind: { title: "", kind: "text", value: ({ app }) => app?.kind ?? null },
      users: { title: "", kind: "count", value: ({ app }) => app?.users ?? null },
      grants: { title: "", kind: "count", value: ({ app }) => app?.grants ?? null },
      firstGranted: { title: "", kind: "day", value: ({ app }) => app?.firstGranted ?? null },
      lastUsed: { title: "", kind: "day", value: ({ app }) => app?.lastUsed ?? null },
      withoutGrant: {
        title: "",
        kind: "count",
        value: ({ org }) => org.standingAccess?.entries.length ?? null,
      },
      problem: { title: "", kind: "text", value: ({ org }) => org.problem?.text ?? null },
    }),
  );
}

type CsvLine = Pick<Line, "app"> & {
  readonly org: Pick<OrgAnswer, "org" | "orgName" | "problem" | "standingAccess"> & {
    readonly id: string | null;
    readonly answer: string;
  };
};

/** The answers as they are, with their sums. Pure. */
export function acrossJson(answers: FleetAnswers): string {
  const { asked, ...rest } = answers;
  return safeJson({
    asked: { app: asked.app ?? null, user: asked.user ?? null },
    totals: totalsOf(answers),
    ...rest,
  });
}

function totalsOf({ orgs }: FleetAnswers) {
  const count = (answer: Answer) => orgs.filter((org) => org.answer === answer).length;
  const sum = (of: "users" | "grants") =>
    orgs.flatMap(({ apps }) => apps).reduce((total, app) => total + app[of], 0);
  return {
    orgs: orgs.length,
    connected: count("connected"),
    withoutGrant: count("without-grant"),
    listed: count("listed"),
    none: count("none") + count("no-user"),
    unknown: count("unknown"),
    grants: sum("grants"),
  };
}

function summaryOf(answers: FleetAnswers): string {
  const { asked, notSelected } = answers;
  const totals = totalsOf(answers);
  const what = [asked.app, asked.user].flatMap((name) => (name === undefined ? [] : printable(name)));
  const clauses = [
    `${what.length === 0 ? "Apps hold grants" : `${what.join(" of ")}: connected`} in ${totals.connected} of ${amount(totals.orgs, "org")}, ${amount(totals.grants, "grant")}`,
    ...(totals.withoutGrant === 0 ? [] : [`gets in without a grant in ${totals.withoutGrant}`]),
    ...(totals.listed === 0 ? [] : [`listed without a grant in ${totals.listed}`]),
    `no grant counted in ${totals.none}`,
    ...(totals.unknown === 0 ? [] : [`unknown in ${totals.unknown}`]),
  ];
  return `${clauses.join("; ")}.${notSelected.length === 0 ? "" : ` ${amount(notSelected.length, "org")} not selected.`}`;
}

function linesOf(orgs: readonly OrgAnswer[]): Line[] {
  return orgs.flatMap((org): Line[] =>
    org.apps.length === 0 ? [{ org, app: null }] : org.apps.map((app) => ({ org, app })),
  );
}

function linesTable(lines: readonly Line[]): Table {
  return tableOf(lines, {
    org: { title: "Org", kind: "text", value: ({ org }) => org.org },
    answer: { title: "Answer", kind: "badge", words: ANSWERS, value: ({ org }) => org.answer },
    app: { title: "App", kind: "text", value: ({ app }) => app?.app ?? null },
    kind: { title: "Kind", kind: "text", value: ({ app }) => app?.kind ?? null },
    appId: { title: "Id", kind: "text", value: ({ app }) => app?.appId ?? null },
    users: { title: "Users", kind: "count", value: ({ app }) => app?.users ?? null },
    grants: { title: "Grants", kind: "count", value: ({ app }) => app?.grants ?? null },
    // What nobody holds was neither granted nor used.
    firstGranted: { ...FIRST_GRANTED, value: (line) => periodOf(line, "firstGranted") },
    lastUsed: { ...LAST_USED, value: (line) => periodOf(line, "lastUsed") },
  });
}

function periodOf({ app }: Line, which: "firstGranted" | "lastUsed"): string | null {
  return app === null || app.grants === 0 ? "–" : app[which];
}

/** The apps of every org, by name. */
function appsOfAll(orgs: readonly OrgAnswer[]) {
  const held = orgs.flatMap(({ org, apps }) => apps.map((app) => ({ org, ...app })));
  return appsByName(held, ({ name }) => name);
}

function appsTable(apps: ReturnType<typeof appsOfAll>): Table {
  return tableOf(apps, {
    app: { title: "App", kind: "text", value: ({ name }) => name },
    orgs: { title: "Orgs", kind: "count", value: ({ orgs }) => orgs.length },
    users: { title: "Users", kind: "count", value: ({ users }) => users },
    grants: { title: "Grants", kind: "count", value: ({ grants }) => grants },
    firstGranted: { ...FIRST_GRANTED, value: ({ firstGranted }) => firstGranted },
    lastUsed: { ...LAST_USED, value: ({ lastUsed }) => lastUsed },
    where: { title: "Where", kind: "text", value: ({ orgs }) => orgs.join(", ") },
  });
}

function standingPart(orgs: readonly OrgAnswer[], width: number | null): string[] {
  return orgs.flatMap(({ org, standingAccess }) => {
    const table = standingTable(standingAccess?.entries ?? [], false);
    return table.size === 0 ? [] : [`Access without a grant in ${org}\n${tableText(table, width)}`];
  });
}

/** Where an answer is less than it seems. */
function doubtsOf(orgs: readonly OrgAnswer[]): string[] {
  const without = (of: (org: OrgAnswer) => boolean) => orgs.filter(of).map(({ org }) => org);
  const notAll = without(
    ({ standingAccess }) =>
      standingAccess !== null &&
      (standingAccess.sources.length === 0 || standingAccess.sources.some(({ state }) => state !== "read")),
  );
  const links = without(({ linksRefused }) => linksRefused !== null);
  return [
    ...(notAll.length === 0
      ? []
      : [
          `Access without a grant was not looked for everywhere in: ${notAll.join(", ")} (\`npx sanctioned list --org NAME\` says where).`,
        ]),
    ...(links.length === 0 ? [] : [`Links to identity providers could not be read in: ${links.join(", ")}.`]),
  ];
}
