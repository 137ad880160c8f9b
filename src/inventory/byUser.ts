import type { Grant } from "./inventory.ts";

/** The same grants, those of a user together: whoever goes through them looks each user up once. */
export function byUser(grants: readonly Grant[]): Grant[] {
  return [...Map.groupBy(grants, ({ userId }) => userId).values()].flat();
}
