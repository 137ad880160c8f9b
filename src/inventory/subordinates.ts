import type { Role } from "./inventory.ts";

/** The role and every role below it, by id. */
export function withSubordinates(roleId: string, roles: readonly Role[]): Set<string> {
  const below = Map.groupBy(roles, ({ parentId }) => parentId);
  const found = new Set<string>();
  const open = [roleId];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    for (const role of below.get(id) ?? []) open.push(role.id);
  }
  return found;
}
