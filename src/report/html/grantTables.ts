import { meaningOf } from "../../decide/codes.ts";
import type { AppRow, GrantRow } from "../org/orgView.ts";
import type { ColumnOf } from "./tables.ts";

/** How the page calls what the policy makes of a grant. */
export const DECISIONS: Readonly<Record<GrantRow["action"], string>> = {
  keep: "kept",
  report: "only reported",
  revoke: "to be revoked",
};
const HELD = { mode: "held back by `mode: report`", baseline: "held back by the baseline" } as const;

/** How the page calls an app's standing. */
export function standingText(standing: AppRow["standing"]): string {
  return standing === "not-listed" ? "not listed" : standing;
}

/** Who a user is, in a few words. */
function personText({ name, profile, isActive, isFrozen }: GrantRow): string {
  const state = isActive === null ? "not listed by the org" : isActive ? null : "inactive";
  return [name, profile, state, isFrozen === true ? "frozen" : null]
    .filter((part) => part !== null)
    .join(" · ");
}

/** Every grant. */
export const GRANT_COLUMNS: readonly ColumnOf<GrantRow>[] = [
  { label: "User", kind: "text", below: [1], of: ({ username }) => username },
  { label: "Name", kind: "text", hidden: true, of: personText },
  { label: "App", kind: "text", below: [3], of: ({ app }) => app },
  {
    label: "Standing",
    kind: "badge",
    hidden: true,
    choice: true,
    of: ({ standing }) => standingText(standing),
  },
  { label: "Granted", kind: "day", of: ({ granted }) => granted },
  { label: "Last used", kind: "day", below: [6], of: ({ lastUsed }) => lastUsed },
  { label: "Use", kind: "badge", hidden: true, choice: true, of: ({ use }) => use },
  { label: "Tokens", kind: "count", of: ({ useCount }) => useCount },
  {
    label: "Privilege",
    kind: "badge",
    choice: true,
    below: [9],
    of: ({ privilege }) => (privilege === null ? null : "high"),
  },
  { label: "Through", kind: "text", hidden: true, of: ({ privilege }) => privilege },
  { label: "Decision", kind: "badge", choice: true, of: ({ action }) => DECISIONS[action] },
  {
    label: "Why",
    kind: "text",
    below: [12],
    of: ({ code, held }) => `${meaningOf(code)}${held === null ? "" : `; ${HELD[held]}`}`,
  },
  { label: "Policy", kind: "text", hidden: true, of: ({ policy }) => policy },
];

/** Every app that holds grants. */
export const APP_COLUMNS: readonly ColumnOf<AppRow>[] = [
  { label: "App", kind: "text", below: [1, 2], leadsToGrants: true, of: ({ name }) => name },
  {
    label: "Standing",
    kind: "badge",
    hidden: true,
    choice: true,
    of: ({ standing }) => standingText(standing),
  },
  { label: "Id", kind: "text", hidden: true, of: ({ id }) => id ?? "no id" },
  { label: "Owner", kind: "text", of: ({ owner }) => owner },
  { label: "Users", kind: "count", of: ({ users }) => users },
  { label: "Grants", kind: "count", of: ({ grants }) => grants },
  { label: "Active", kind: "count", of: ({ active }) => active },
  { label: "Idle", kind: "count", of: ({ idle }) => idle },
  { label: "Use unknown", kind: "count", of: ({ unknownUse }) => unknownUse },
  { label: "High privilege", kind: "count", of: ({ privileged }) => privileged },
  { label: "To be revoked", kind: "count", of: ({ toRevoke }) => toRevoke },
  { label: "First granted", kind: "day", of: ({ firstGranted }) => firstGranted },
  { label: "Last used", kind: "day", of: ({ lastUsed }) => lastUsed },
  { label: "Review by", kind: "day", of: ({ reviewBy }) => reviewBy },
];

/** Of grants with high privilege. */
export const PRIVILEGED_COLUMNS: readonly ColumnOf<GrantRow>[] = [
  { label: "User", kind: "text", below: [1], of: ({ username }) => username },
  { label: "Name", kind: "text", hidden: true, of: personText },
  { label: "Through", kind: "text", of: ({ privilege }) => privilege },
  { label: "App", kind: "text", of: ({ app }) => app },
  { label: "Standing", kind: "badge", choice: true, of: ({ standing }) => standingText(standing) },
  { label: "Granted", kind: "day", of: ({ granted }) => granted },
  { label: "Last used", kind: "day", of: ({ lastUsed }) => lastUsed },
  { label: "Decision", kind: "badge", choice: true, of: ({ action }) => DECISIONS[action] },
];
