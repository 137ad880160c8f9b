import { type UserId, userIdOf } from "../salesforce/id.ts";
import { parseInstant } from "../salesforce/instant.ts";
import type { AppRegister } from "./appRegister.ts";
import { inventoryErrors } from "./errors.ts";
import type { Grant } from "./inventory.ts";
import type { GrantRow } from "./partition.ts";

/** Makes grants of rows of OauthToken. @throws InconclusiveError for a row without its user, or a time that is none */
export function grantMaker(register: AppRegister): (row: GrantRow) => Grant {
  const ids = new Map<string, UserId>();
  /** One string object for each user: a million grants share them. */
  const userId = (raw: string): UserId => {
    if (typeof raw !== "string") throw inventoryErrors["grant-without-user"]();
    const id = userIdOf(raw);
    const known = ids.get(id);
    if (known !== undefined) return known;
    ids.set(id, id);
    return id;
  };
  return (row) => ({
    userId: userId(row.UserId),
    app: register.find(row.AppMenuItem?.ApplicationId, row.AppName),
    createdAt: parseInstant(row.CreatedDate),
    lastUsedAt: parseInstant(row.LastUsedDate),
    useCount: row.UseCount ?? null,
  });
}
