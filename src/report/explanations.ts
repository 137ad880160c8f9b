import { meaningOf, remedyOf } from "../decide/codes.ts";
import type { Explanation } from "../decide/explain.ts";
import type { Verdict } from "../decide/rule.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { type Position, placeText } from "../policy/policy.ts";
import { printable } from "../printable.ts";
import { amount } from "../text.ts";
import { safeJson } from "./render/safeJson.ts";
import { firstFew, HOLDS } from "./words.ts";

interface ExplanationOptions {
  /** Whether it is about a grant that nobody holds. */
  readonly hypothetical: boolean;
}

/** Why each grant gets what it gets, as JSON; names are as the org gives them. */
export function explainJson(
  explanations: readonly Explanation[],
  { users }: Inventory,
  { hypothetical }: ExplanationOptions,
): string {
  const rows = explanations.map(({ decision: { grant, action, code, at, heldBackBy }, steps }) => ({
    user: { id: grant.userId, username: users.get(grant.userId)?.username ?? null },
    app: { id: grant.app.id, name: grant.app.name },
    hypothetical,
    action,
    code,
    held: heldBackBy,
    policy: at,
    remedy: remedyOf(code),
    steps: steps.map(({ rule, verdict }) => ({ rule, verdict: verdict && verdictPart(verdict) })),
  }));
  return safeJson(rows);
}

/** A verdict as other programs know it. */
function verdictPart({ action, code, at, passing }: Verdict): Record<string, unknown> {
  return { action, code, policy: at, ...(passing === undefined ? {} : { passing }) };
}

/** Why each grant gets what it gets; those that get it for the same reasons are one block. */
export function explainText(
  explanations: readonly Explanation[],
  inventory: Inventory,
  { hypothetical }: ExplanationOptions,
): string {
  if (explanations.length === 0) return "No grants.\n";
  const alike = Map.groupBy(explanations, ({ decision: { grant, action, code, at, heldBackBy }, steps }) =>
    JSON.stringify([grant.app.key, action, code, at, heldBackBy, steps]),
  );
  return [...alike.values()].map((some) => block(some, inventory, hypothetical)).join("\n");
}

function block(alike: readonly Explanation[], { users }: Inventory, hypothetical: boolean): string {
  const { decision, steps } = alike[0]!;
  const { grant, action, code, at, heldBackBy } = decision;
  const names = alike.map(({ decision: { grant: one } }) =>
    printable(users.get(one.userId)?.username ?? one.userId),
  );
  const who = firstFew([...new Set(names)].sort());
  const grants = hypothetical ? "no grant; if it were given now" : amount(alike.length, "grant");
  const answer =
    heldBackBy === null ? action : `${action} (it would be revoked, but for ${HOLDS[heldBackBy]})`;
  return [
    `${printable(grant.app.name)}, ${who} (${grants}): ${answer}`,
    `  because: ${meaningOf(code)} [${code}], ${place(at)}`,
    "  looked at, in order of precedence:",
    ...steps.map((step, i) => stepText(step, i === steps.length - 1)),
    `  what would change it: ${heldBackBy === null ? remedyOf(code) : HOLD_REMEDY[heldBackBy]}`,
    "",
  ].join("\n");
}

function stepText({ rule, verdict }: Explanation["steps"][number], isLast: boolean): string {
  const said =
    verdict === null
      ? "passes"
      : `${verdict.action}: ${meaningOf(verdict.code)}, ${place(verdict.at)}${isLast ? "" : " (only reported; the next rules may still decide)"}`;
  return `    ${rule.padEnd(15)} ${said}`;
}

const HOLD_REMEDY = {
  mode: "take `mode: report` out",
  baseline: "take the grant out of the baseline, or let that expire",
};

function place(policy: Position): string {
  return printable(placeText(policy));
}
