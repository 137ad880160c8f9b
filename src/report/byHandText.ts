import { meaningOf, remedyOf } from "../decide/codes.ts";
import type { Decision } from "../decide/decide.ts";
import type { Evaluation } from "../plan/evaluate.ts";
import { countGrants, type Plan } from "../plan/plan.ts";
import { printable } from "../printable.ts";
import { count } from "../text.ts";
import { HELD_BACK } from "./words.ts";

/** By hand nothing else holds a grant back than that the API may not delete it. */
const IN_SETUP = remedyOf("links-not-revocable");

/** What is revoked by hand in one org, line by line, and what is left. @param decisions of each grant that was asked for */
export function byHandText(
  { inventory, policy }: Pick<Evaluation, "inventory" | "policy">,
  { decisions, plan }: { readonly decisions: readonly Decision[]; readonly plan: Plan },
): string {
  const { org, accountLinks } = inventory;
  const left = Map.groupBy(
    decisions.filter(({ action }) => action !== "revoke"),
    ({ code, heldBackBy }) => (heldBackBy === null ? code : `${code}, ${HELD_BACK[heldBackBy]}: ${IN_SETUP}`),
  );
  const lines = [
    `${count(countGrants(plan))} of ${count(decisions.length)} grants to revoke in ${printable(org.name)} (${org.id}):`,
    ...plan.revocations.map(
      ({ appLabel, userLabel, reason }) => `  - ${printable(`${appLabel}, ${userLabel}: ${reason}`)}`,
    ),
    ...[...left].map(([code, some]) => `left alone: ${count(some.length)} ${code}`),
    `protected and limited by ${printable(policy.file)}`,
    ...(accountLinks.refusal === null
      ? []
      : [`not seen: ${meaningOf("links-not-read")}: ${remedyOf("links-not-read")}`]),
  ];
  return `${lines.join("\n")}\n`;
}
