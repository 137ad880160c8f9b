import pc from "picocolors";
import { meaningOf, remedyOf } from "../decide/codes.ts";
import type { Decision } from "../decide/decide.ts";
import type { Evaluation } from "../plan/evaluate.ts";
import { appLabels } from "../plan/label.ts";
import { countGrants, type Plan } from "../plan/plan.ts";
import { revocationsPart } from "../plan/planFile.ts";
import { printable } from "../printable.ts";
import { amount, count } from "../text.ts";
import { hanging } from "./render/fold.ts";
import { NO_TERMINAL, type Terminal } from "./render/terminal.ts";
import { EVERY_NAME, groupsText, type Naming, revocationLines } from "./revocationsText.ts";
import { HELD_BACK, shortProofText } from "./words.ts";

type Seen = Pick<Evaluation, "inventory" | "policy">;

/** By hand nothing else holds a grant back than that the API may not delete it. */
const IN_SETUP = remedyOf("links-not-revocable");

/** What is revoked by hand in one org, by app and user, and what is left. @param decisions of each grant that was asked for */
export function byHandText(
  { inventory, policy }: Seen,
  { decisions, plan }: { readonly decisions: readonly Decision[]; readonly plan: Plan },
  terminal: Terminal = NO_TERMINAL,
  naming: Naming = EVERY_NAME,
): string {
  const { org, accountLinks, proof } = inventory;
  const left = Map.groupBy(
    decisions.filter(({ action }) => action !== "revoke"),
    ({ code, heldBackBy }) => (heldBackBy === null ? code : `${code}, ${HELD_BACK[heldBackBy]}: ${IN_SETUP}`),
  );
  const line = (text: string) => hanging(text, terminal.width, "", "  ");
  const lines = [
    ...line(
      `${count(countGrants(plan))} of ${count(decisions.length)} grants to revoke in ${printable(org.name)} (${org.id}):`,
    ),
    ...revocationLines(revocationsPart(plan, appLabels(inventory)), terminal, naming),
    ...[...left].flatMap(([code, some]) => line(`left alone: ${count(some.length)} ${code}`)),
    ...line(`protected and limited by ${printable(policy.file)}; ${shortProofText(proof)}`),
    ...(accountLinks.refusal === null
      ? []
      : line(`not seen: ${meaningOf("links-not-read")}: ${remedyOf("links-not-read")}`)),
  ];
  return `${lines.join("\n")}\n`;
}

/** The whole in one line, for the end: how much of which apps goes. @param isRefused whether the limits refuse all of it */
export function byHandSummary(
  { inventory }: Pick<Seen, "inventory">,
  plan: Plan,
  isRefused: boolean,
  { width, color }: Terminal = NO_TERMINAL,
): string {
  const all = countGrants(plan);
  const { red } = pc.createColors(color);
  const of = all === 0 ? "" : `: ${groupsText(revocationsPart(plan, appLabels(inventory)))}`;
  const refused = isRefused ? ", refused by the limits (nothing is revoked)" : "";
  const text = `${amount(all, "grant")} to revoke in ${printable(inventory.org.name)}${refused}${of}.`;
  return `${hanging(text, width, "", "  ")
    .map(all === 0 ? (line) => line : red)
    .join("\n")}\n`;
}
