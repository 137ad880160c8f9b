import { isAccountLink } from "../accountLink.ts";
import { providerFinder } from "../inventory/identityProviders.ts";

import { type LinkRow, linkQuery } from "../inventory/linkRows.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { userIdOf } from "../salesforce/id.ts";
import { soqlIn } from "../salesforce/soql.ts";
import { applyErrors } from "./errors.ts";
import type { LiveGrant } from "./target.ts";

const USERS_PER_QUERY = 200;
/** Where the org stops without a word (docs/salesforce.md#links-to-identity-providers). */
const ROW_CEILING = 2_500;

/** Whether what is planned are links to an identity provider: of one pair all are, or none. */
export function isOfLinks({ grants }: PlannedRevocation): boolean {
  return grants.every(isAccountLink);
}

/** Reads the links that the org has at this moment of the users and providers of planned revocations. */
export async function readLiveLinks(
  connection: OrgConnection,
  revocations: readonly PlannedRevocation[],
): Promise<Map<PlannedRevocation, readonly LiveGrant[]>> {
  const rows: LinkRow[] = [];
  const userIds = [...new Set(revocations.map(({ user }) => user.id))];
  for (let start = 0; start < userIds.length; start += USERS_PER_QUERY)
    rows.push(...(await readRows(connection, userIds.slice(start, start + USERS_PER_QUERY))));
  const byUser = Map.groupBy(rows, ({ UserId }) => userIdOf(UserId));
  return new Map(
    revocations.map((revocation) => {
      const providerOf = providerFinder([revocation.app]);
      const own = (byUser.get(revocation.user.id) ?? []).filter((row) => providerOf(row) !== undefined);
      return [revocation, own.map(liveLink)];
    }),
  );
}

function liveLink({ Id }: LinkRow): LiveGrant {
  const path = Id === null ? null : `/sobjects/ThirdPartyAccountLink/${Id}`;
  return { through: "account-link", path, granted: null };
}

async function readRows(connection: OrgConnection, userIds: readonly string[]): Promise<LinkRow[]> {
  const { rows, totalSize } = await connection.query<LinkRow>(linkQuery([`UserId IN ${soqlIn(userIds)}`]));
  if (rows.length < ROW_CEILING && rows.length === totalSize) return rows;
  if (userIds.length === 1)
    throw applyErrors["live-grants-not-complete"]({
      counted: totalSize,
      user: userIds[0]!,
      read: rows.length,
    });
  const half = Math.ceil(userIds.length / 2);
  return [
    ...(await readRows(connection, userIds.slice(0, half))),
    ...(await readRows(connection, userIds.slice(half))),
  ];
}
