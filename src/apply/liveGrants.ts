import type { AppRegister } from "../inventory/appRegister.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { toId18 } from "../salesforce/id.ts";
import { parseInstant } from "../salesforce/instant.ts";
import { soqlIn } from "../salesforce/soql.ts";
import { applyErrors } from "./errors.ts";
import { isOfLinks, readLiveLinks } from "./liveLinks.ts";
import { LiveUsage } from "./liveUsage.ts";
import type { LiveGrant } from "./target.ts";

/** An OauthToken row as the apply step reads it; `DeleteToken` is only there when it was asked for. */
interface Row {
  readonly UserId: string;
  readonly AppName: string | null;
  readonly AppMenuItem: { readonly ApplicationId: string | null } | null;
  readonly CreatedDate: string | null;
  readonly DeleteToken?: string | null;
}

const FIELDS = "UserId, AppName, AppMenuItem.ApplicationId, CreatedDate";
const USERS_PER_QUERY = 200;
/** Salesforce stops an OauthToken query here without a word (docs/salesforce.md#pages-and-the-ceiling). */
const ROW_CEILING = 2_500;

/**
 * Reads all that the org has at this moment of the users and apps of planned revocations: the rows of OauthToken, for
 * external client apps the tokens that only their usage shows, and links to identity providers.
 * @param withTokens whether to read the DeleteTokens: for revoking, not for looking
 */
export async function readLiveGrants(
  connection: OrgConnection,
  register: AppRegister,
  planned: readonly PlannedRevocation[],
  withTokens: boolean,
): Promise<Map<PlannedRevocation, readonly LiveGrant[]>> {
  const revocations = planned.filter((one) => !isOfLinks(one));
  const rows = new Map<string, LiveGrant[]>();
  const userIds = [...new Set(revocations.map(({ user }) => user.id))];
  for (let start = 0; start < userIds.length; start += USERS_PER_QUERY) {
    const some = userIds.slice(start, start + USERS_PER_QUERY);
    for (const { UserId, AppName, AppMenuItem, CreatedDate, DeleteToken } of await readRows(
      connection,
      some,
      withTokens,
    )) {
      const key = pairKey(toId18(UserId), register.find(AppMenuItem?.ApplicationId, AppName).key);
      const ofPair = rows.get(key);
      const row = {
        through: "delete-token",
        token: DeleteToken ?? null,
        granted: parseInstant(CreatedDate),
      } as const;
      if (ofPair === undefined) rows.set(key, [row]);
      else ofPair.push(row);
    }
  }
  const usage = new LiveUsage(connection);
  const live = await Promise.all(
    revocations.map(async (revocation) => {
      const own = rows.get(pairKey(revocation.user.id, revocation.app.key)) ?? [];
      return [revocation, [...own, ...(await usage.beside(own, revocation))]] as const;
    }),
  );
  return new Map([...live, ...(await readLiveLinks(connection, planned.filter(isOfLinks)))]);
}

async function readRows(
  connection: OrgConnection,
  userIds: readonly string[],
  withTokens: boolean,
): Promise<Row[]> {
  const soql = `SELECT ${FIELDS}${withTokens ? ", DeleteToken" : ""} FROM OauthToken WHERE UserId IN ${soqlIn(userIds)}`;
  const { rows, totalSize } = withTokens
    ? await connection.queryForRevocation<Row>(soql)
    : await connection.query<Row>(soql);
  if (rows.length < ROW_CEILING && rows.length === totalSize) return rows;
  if (userIds.length === 1)
    throw applyErrors["live-grants-not-complete"]({
      counted: totalSize,
      user: userIds[0]!,
      read: rows.length,
    });
  const half = Math.ceil(userIds.length / 2);
  return [
    ...(await readRows(connection, userIds.slice(0, half), withTokens)),
    ...(await readRows(connection, userIds.slice(half), withTokens)),
  ];
}

function pairKey(userId: string, appKey: string): string {
  return `${userId} ${appKey}`;
}
