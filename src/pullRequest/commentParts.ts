import { placeText } from "../policy/policy.ts";
import { markdownTable } from "../report/render/markdown.ts";
import { amount } from "../text.ts";
import { countOf, type Finding, type Revocation } from "./planDifference.ts";

/** GitHub takes 65,536 characters in a comment; what counts as one is left room for. */
const MOST_CHARACTERS = 60_000;
/** Rows of a table, fewer each time until the whole is short enough. */
const ROWS = [200, 50, 20, 5, 0];
/** Rows beyond which a table is folded. */
const FOLDED_ROWS = 15;

/** The text with as many rows of each table as fit into a comment. */
export function fitted(withRows: (most: number) => string): string {
  let text = "";
  for (const rows of ROWS) {
    text = withRows(rows);
    if (text.length <= MOST_CHARACTERS) break;
  }
  return text;
}

/** What would be revoked, as a titled table; nothing where there is none. */
export function revocationTable(title: string, revocations: readonly Revocation[], most: number): string[] {
  return table(
    `${title}: ${countOf(revocations)}`,
    ["App", "User", "Grants", "Why"],
    revocations.map(({ app, user, grants, reason }) => [
      app.name,
      user.username ?? user.id,
      String(grants.length),
      reason,
    ]),
    most,
  );
}

/** Findings as a titled table; nothing where there are none. */
export function findingTable(title: string, findings: readonly Finding[], most: number): string[] {
  return table(
    `${title}: ${findings.length}`,
    ["Severity", "Code", "What", "Where"],
    findings.map(({ severity, code, text, policy }) => [severity, code, text, placeText(policy)]),
    most,
  );
}

function table(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  most: number,
): string[] {
  if (rows.length === 0) return [];
  const more = rows.length - most;
  const parts = [
    ...(most === 0 ? [] : [markdownTable(columns, rows.slice(0, most))]),
    ...(more > 0 ? [`… and ${amount(more, "row")} more: \`npx sanctioned plan\` shows all.`] : []),
  ];
  return rows.length > FOLDED_ROWS
    ? [`### ${title}`, details(amount(rows.length, "row"), parts)]
    : [`### ${title}`, ...parts];
}

/** A part that is folded until it is asked for. */
export function details(summary: string, parts: readonly string[]): string {
  return [`<details><summary>${summary}</summary>`, ...parts, "</details>"].join("\n\n");
}
