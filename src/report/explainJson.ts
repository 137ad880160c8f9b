import { remedyOf } from "../decide/codes.ts";
import type { Explanation } from "../decide/explain.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { safeJson } from "./render/safeJson.ts";

/** Why each grant gets what it gets, as JSON; names are as the org gives them. */
export function explainJson(
  explanations: readonly Explanation[],
  { users }: Inventory,
  { hypothetical }: { readonly hypothetical: boolean },
): string {
  const rows = explanations.map(({ decision: { grant, action, code, policy, held }, steps }) => ({
    user: { id: grant.userId, username: users.get(grant.userId)?.username ?? null },
    app: { id: grant.app.id, name: grant.app.name },
    hypothetical,
    action,
    code,
    held,
    policy,
    remedy: remedyOf(code),
    steps,
  }));
  return safeJson(rows);
}
