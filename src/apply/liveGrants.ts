import type { AppRegister } from "../inventory/appRegister.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { toId18 } from "../salesforce/id.ts";
import { parseInstant } from "../salesforce/instant.ts";
import { soqlIn } from "../salesforce/soql.ts";
import { applyErrors } from "./errors.ts";
import { readLiveUsage } from "./liveUsage.ts";
import { type LiveGrants, matched } from "./target.ts";

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
 * Reads what the org has of the planned revocations, and of no others: the rows of OauthToken, and the
 * tokens in the usage of external client apps for the grants that only that shows.
 * @param withTokens whether to read the DeleteTokens: for revoking, not for looking
 */
export async function readLiveGrants(
  connection: OrgConnection,
  register: AppRegister,
  revocations: readonly PlannedRevocation[],
  withTokens: boolean,
): Promise<Map<PlannedRevocation, LiveGrants>> {
  const inRows = revocations.filter(({ grants }) => grants.some(({ source }) => source !== "usage"));
  const rows = new Map<string, Row[]>();
  const userIds = [...new Set(inRows.map(({ user }) => user.id))];
  for (let start = 0; start < userIds.length; start += USERS_PER_QUERY) {
    const some = userIds.slice(start, start + USERS_PER_QUERY);
    for (const row of await readRows(connection, some, withTokens)) {
      const app = register.find(row.AppMenuItem?.ApplicationId, row.AppName);
      const key = pairKey(toId18(row.UserId), app.key);
      rows.set(key, [...(rows.get(key) ?? []), row]);
    }
  }
  const live = new Map<PlannedRevocation, LiveGrants>();
  for (const revocation of revocations) {
    const own = rows.get(pairKey(revocation.user.id, revocation.app.key)) ?? [];
    const both = [match(revocation, own)];
    if (revocation.grants.some(({ source }) => source === "usage"))
      both.push(await readLiveUsage(connection, revocation));
    const refused = both.find(({ kind }) => kind === "refused");
    live.set(
      revocation,
      refused ?? {
        kind: "matched",
        targets: both.flatMap((part) => (part.kind === "matched" ? part.targets : [])),
      },
    );
  }
  return live;
}

function match(revocation: PlannedRevocation, rows: readonly Row[]): LiveGrants {
  const planned = revocation.grants
    .filter(({ source }) => source !== "usage")
    .map(({ createdAt }) => createdAt);
  const found = matched(planned, rows, ({ CreatedDate }) => parseInstant(CreatedDate));
  if ("refused" in found) return { kind: "refused", reason: found.refused };
  return {
    kind: "matched",
    targets: found.live.map(({ DeleteToken, CreatedDate }) => ({
      through: "delete-token",
      token: DeleteToken ?? null,
      granted: [parseInstant(CreatedDate)],
    })),
  };
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
