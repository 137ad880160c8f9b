import type { AppRegister } from "../inventory/appRegister.ts";
import { isRefusedForm } from "../inventory/queryForms.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { toId18 } from "../salesforce/id.ts";
import { parseInstant } from "../salesforce/instant.ts";
import { soqlIn } from "../salesforce/soql.ts";
import { isOfLinks, readLiveLinks } from "./liveLinks.ts";
import { LiveUsage } from "./liveUsage.ts";
import { rowsOfUsers } from "./rowsOfUsers.ts";
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
  const found = await readRows(
    connection,
    revocations.map(({ user }) => user.id),
    withTokens,
  );
  for (const { UserId, AppName, AppMenuItem, CreatedDate, DeleteToken } of found) {
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
async function readRows(
  connection: OrgConnection,
  userIds: readonly string[],
  withTokens: boolean,
): Promise<Row[]> {
  const read = (dated: boolean) => {
    const fields = [
      "UserId, AppName, AppMenuItem.ApplicationId",
      ...(dated ? ["CreatedDate"] : []),
      ...(withTokens ? ["DeleteToken"] : []),
    ];
    const query = withTokens ? connection.queryForRevocation<Row> : connection.query<Row>;
    return rowsOfUsers(userIds, (some) =>
      query(`SELECT ${fields.join(", ")} FROM OauthToken WHERE UserId IN ${soqlIn(some)}`),
    );
  };
  try {
    return await read(true);
  } catch (error) {
    if (!isRefusedForm(error)) throw error;
    return await read(false);
  }
}

function pairKey(userId: string, appKey: string): string {
  return `${userId} ${appKey}`;
}
