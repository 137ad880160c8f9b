import { isAccountLink } from "../accountLink.ts";
import { providerFinder } from "../inventory/identityProviders.ts";
import { type LinkRow, linkQuery } from "../inventory/linkRows.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { userIdOf } from "../salesforce/id.ts";
import { soqlIn } from "../salesforce/soql.ts";
import { rowsOfUsers } from "./rowsOfUsers.ts";
import type { LiveGrant } from "./target.ts";

/** Whether what is planned are links to an identity provider: of one pair all are, or none. */
export function isOfLinks({ grants }: PlannedRevocation): boolean {
  return grants.every(isAccountLink);
}

/** Reads the links that the org has at this moment of the users and providers of planned revocations. */
export async function readLiveLinks(
  connection: OrgConnection,
  revocations: readonly PlannedRevocation[],
): Promise<Map<PlannedRevocation, readonly LiveGrant[]>> {
  const rows = await rowsOfUsers<LinkRow>(
    revocations.map(({ user }) => user.id),
    (some) => connection.query(linkQuery([`UserId IN ${soqlIn(some)}`])),
  );
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
