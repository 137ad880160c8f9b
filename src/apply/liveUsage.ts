import {
  readUsageTokens,
  readUsageUsers,
  tokensBeside,
  type UsageUser,
  usageTokensPath,
} from "../inventory/usage.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { type AppId, userIdOf } from "../salesforce/id.ts";
import { parseInstant } from "../salesforce/instant.ts";
import type { LiveGrant } from "./target.ts";

const TOKEN_PATH = /^\/services\/data\/v\d+\.\d+(\/apps\/oauth\/usage\/tokens\/[A-Za-z0-9]+)$/;

/** What the usage resources show of external client apps at one look (docs/salesforce.md#usage-of-external-client-apps). */
export class LiveUsage {
  readonly #connection: OrgConnection;
  readonly #users = new Map<AppId, Promise<UsageUser[]>>();

  constructor(connection: OrgConnection) {
    this.#connection = connection;
  }

  /**
   * The tokens of a user and an app beside the rows of OauthToken, of which one of the same time is the same. None for other
   * apps than external client apps: they have no usage. @throws UserError where the org does not show them
   */
  async beside(
    rows: readonly LiveGrant[],
    { app, user, grants }: Pick<PlannedRevocation, "app" | "user" | "grants">,
  ): Promise<LiveGrant[]> {
    const wasInUsage = grants.some(({ source }) => source === "usage");
    if (app.id === null || !(app.kind === "external-client-app" || wasInUsage)) return [];
    const pathOfAll = usageTokensPath(app.id, user.id);
    const tokens = await readUsageTokens(this.#connection, app.id, user.id);
    if (tokens.length > 0 || !wasInUsage || rows.length > 0)
      return tokensBeside(
        rows.map(({ granted }) => granted),
        tokens,
      ).others.map(
        ({ initialConnectionAt, revocationUrl }): LiveGrant => ({
          through: "usage",
          path: TOKEN_PATH.exec(revocationUrl ?? "")?.[1] ?? null,
          pathOfAll,
          granted: parseInstant(initialConnectionAt),
        }),
      );
    // Where the org lists no token and names the user all the same, there is one.
    const named = (await this.#usersOf(app.id)).find(
      ({ userIdentifier }) => userIdOf(userIdentifier) === user.id,
    );
    if (named === undefined) return [];
    return [{ through: "usage", path: null, pathOfAll, granted: parseInstant(named.initialConnectionAt) }];
  }

  #usersOf(app: AppId): Promise<UsageUser[]> {
    const known = this.#users.get(app);
    if (known !== undefined) return known;
    const users = readUsageUsers(this.#connection, app);
    this.#users.set(app, users);
    return users;
  }
}
