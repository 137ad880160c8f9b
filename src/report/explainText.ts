import { meaningOf, remedyOf } from "../decide/codes.ts";
import type { Explanation } from "../decide/explain.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { type Position, placeText } from "../policy/policy.ts";
import { printable } from "../printable.ts";

/** Why each grant gets what it gets; those that get it for the same reasons are one block. */
export function explainText(
  explanations: readonly Explanation[],
  inventory: Inventory,
  { hypothetical }: { readonly hypothetical: boolean },
): string {
  if (explanations.length === 0) return "No grants.\n";
  const alike = Map.groupBy(explanations, ({ decision: { grant, action, code, policy, held }, steps }) =>
    JSON.stringify([grant.app.key, action, code, policy, held, steps]),
  );
  return [...alike.values()].map((some) => block(some, inventory, hypothetical)).join("\n");
}

function block(alike: readonly Explanation[], { users }: Inventory, hypothetical: boolean): string {
  const { decision, steps } = alike[0]!;
  const { grant, action, code, policy, held } = decision;
  const names = alike.map(({ decision: { grant: one } }) =>
    printable(users.get(one.userId)?.username ?? one.userId),
  );
  const shown = [...new Set(names)].sort();
  const who =
    shown.length > 3 ? `${shown.slice(0, 3).join(", ")} and ${shown.length - 3} more` : shown.join(", ");
  const grants = hypothetical
    ? "no grant; if it were given now"
    : `${alike.length} grant${alike.length === 1 ? "" : "s"}`;
  const answer = held === null ? action : `${action} (it would be revoked, but for the ${HELD[held]})`;
  return [
    `${printable(grant.app.name)}, ${who} (${grants}): ${answer}`,
    `  because: ${meaningOf(code)} [${code}], ${place(policy)}`,
    "  looked at, in order of precedence:",
    ...steps.map(({ rule, verdict }, i) => {
      const last = i === steps.length - 1 && verdict !== null;
      const said =
        verdict === null
          ? "passes"
          : `${verdict.action}: ${meaningOf(verdict.code)}, ${place(verdict.policy)}${last ? "" : " (only reported; the next rules may still decide)"}`;
      return `    ${rule.padEnd(15)} ${said}`;
    }),
    `  what would change it: ${held === null ? remedyOf(code) : HOLD_REMEDY[held]}`,
    "",
  ].join("\n");
}

const HELD = { mode: "`mode: report`", baseline: "baseline" };
const HOLD_REMEDY = {
  mode: "take `mode: report` out",
  baseline: "take the grant out of the baseline, or let that expire",
};

function place(policy: Position): string {
  return printable(placeText(policy));
}
