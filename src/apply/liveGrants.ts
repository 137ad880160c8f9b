import type { AppRegister } from "../inventory/appRegister.ts";
import { isRefusedForm } from "../inventory/queryForms.ts";
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
  /** Absent where the org does not have the field. */
  readonly CreatedDate?: string | null;
  readonly DeleteToken?: string | null;
}

/** What is read of a row: the time of granting where the org has it, and the token where it is asked for. */
interface FieldsRead {
  readonly dated: boolean;
  readonly withTokens: boolean;
}

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
    for (const { UserId, AppName, AppMenuItem, CreatedDate, DeleteToken } of await readRowsOf(
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

/** An org that refuses a field which it need not have is listed without it, and so is it read again without it. */
async function readRowsOf(
  connection: OrgConnection,
  userIds: readonly string[],
  withTokens: boolean,
): Promise<Row[]> {
  try {
    return await readRows(connection, userIds, { dated: true, withTokens });
  } catch (error) {
    if (!isRefusedForm(error)) throw error;
    return await readRows(connection, userIds, { dated: false, withTokens });
  }
}

async function readRows(
  connection: OrgConnection,
  userIds: readonly string[],
  read: FieldsRead,
): Promise<Row[]> {
  const { dated, withTokens } = read;
  const fields = [
    "UserId, AppName, AppMenuItem.ApplicationId",
    ...(dated ? ["CreatedDate"] : []),
    ...(withTokens ? ["DeleteToken"] : []),
  ];
  const soql = `SELECT ${fields.join(", ")} FROM OauthToken WHERE UserId IN ${soqlIn(userIds)}`;
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
    ...(await readRows(connection, userIds.slice(0, half), read)),
    ...(await readRows(connection, userIds.slice(half), read)),
  ];
}

function pairKey(userId: string, appKey: string): string {
  return `${userId} ${appKey}`;
}
