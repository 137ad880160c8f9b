import type { AppRegister } from "../inventory/appRegister.ts";
import { toId18 } from "../inventory/id.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import { soqlIn } from "../salesforce/soql.ts";

/** An OauthToken row as the apply step reads it; `DeleteToken` is only there when it was asked for. */
interface Row {
  readonly UserId: string;
  readonly AppName: string | null;
  readonly AppMenuItem: { readonly ApplicationId: string | null } | null;
  readonly CreatedDate: string | null;
  readonly DeleteToken?: string | null;
}

/** Runs SOQL and returns all of its rows. */
export type RowQuery = <T>(soql: string) => Promise<{ rows: T[]; totalSize: number }>;

/** What the org has, at this moment, of one planned revocation. */
export type LiveGrants =
  | { readonly kind: "matched"; readonly tokens: readonly (string | null)[] }
  /** Not to be revoked here: it could hit a grant that was not approved, or could not be seen to be gone. */
  | { readonly kind: "refused"; readonly reason: string };

const FIELDS = "UserId, AppName, AppMenuItem.ApplicationId, CreatedDate";
const USERS_PER_QUERY = 200;
/** Salesforce stops an OauthToken query here without a word (salesforce-facts 1.3). */
const ROW_CEILING = 2_500;

/**
 * Reads the rows of the planned grants, and of no others, one to one: a row belongs to a planned grant
 * when user, app and time of granting are the same. Rows granted since the plan match nothing and are
 * left alone. Rows that cannot be told from a planned one make the whole revocation refused.
 */
export async function readLiveGrants(
  query: RowQuery,
  register: AppRegister,
  revocations: readonly PlannedRevocation[],
  withTokens: boolean,
): Promise<Map<PlannedRevocation, LiveGrants>> {
  const rows = new Map<string, Row[]>();
  const userIds = [...new Set(revocations.map(({ user }) => user.id))];
  for (let start = 0; start < userIds.length; start += USERS_PER_QUERY) {
    for (const row of await readRows(query, userIds.slice(start, start + USERS_PER_QUERY), withTokens)) {
      const key = identity(
        toId18(row.UserId),
        register.find(row.AppMenuItem?.ApplicationId, row.AppName).key,
        row.CreatedDate === null ? null : Date.parse(row.CreatedDate),
      );
      rows.set(key, [...(rows.get(key) ?? []), row]);
    }
  }
  return new Map(revocations.map((revocation) => [revocation, match(revocation, rows)]));
}

function match(revocation: PlannedRevocation, rows: ReadonlyMap<string, Row[]>): LiveGrants {
  if (revocation.grants.some(({ source }) => source === "usage"))
    return {
      kind: "refused",
      reason:
        "the org shows it in the usage of external client apps alone, without a token to revoke it by; use Bulk Revoke in Setup, External Client Apps, OAuth Usage",
    };
  const planned = new Map<string, number>();
  for (const { userId, app, createdAt } of revocation.grants) {
    const key = identity(userId, app.key, createdAt);
    planned.set(key, (planned.get(key) ?? 0) + 1);
  }
  const tokens: (string | null)[] = [];
  for (const [key, count] of planned) {
    const live = rows.get(key) ?? [];
    if (live.length > count) {
      return {
        kind: "refused",
        reason: `${live.length} grants were given at ${live[0]?.CreatedDate ?? "an unknown time"}, ${count} of them planned, and nothing tells them apart; plan again`,
      };
    }
    tokens.push(...live.map(({ DeleteToken }) => DeleteToken ?? null));
  }
  return { kind: "matched", tokens };
}

async function readRows(query: RowQuery, userIds: readonly string[], withTokens: boolean): Promise<Row[]> {
  const fields = withTokens ? `${FIELDS}, DeleteToken` : FIELDS;
  const { rows, totalSize } = await query<Row>(
    `SELECT ${fields} FROM OauthToken WHERE UserId IN ${soqlIn(userIds)}`,
  );
  if (rows.length < ROW_CEILING && rows.length === totalSize) return rows;
  if (userIds.length === 1)
    throw new Error(
      `the org lists ${totalSize} grants of the user ${userIds[0]} and hands out ${rows.length}`,
    );
  const half = Math.ceil(userIds.length / 2);
  return [
    ...(await readRows(query, userIds.slice(0, half), withTokens)),
    ...(await readRows(query, userIds.slice(half), withTokens)),
  ];
}

function identity(userId: string, appKey: string, createdAt: number | null): string {
  return `${userId} ${createdAt ?? "unknown"} ${appKey}`;
}
