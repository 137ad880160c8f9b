import { InconclusiveError } from "../errors.ts";
import { ApiError } from "../salesforce/failure.ts";
import { userIdOf } from "../salesforce/id.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { checkApiShare, checkSize } from "./apiShare.ts";
import { inventoryErrors } from "./errors.ts";
import { type AuthProviderRow, identityProviders, providerFinder } from "./identityProviders.ts";
import type { AccountLinks, App, Grant } from "./inventory.ts";
import { type LinkReading, type LinkRow, linkCountQuery, readLinkRows } from "./linkRows.ts";
import { readAll } from "./readAll.ts";
import { isAssignedAll } from "./sight.ts";

/** The links of an org, as grants, and the providers behind them. */
export interface LinksRead {
  readonly accountLinks: AccountLinks;
  readonly grants: Grant[];
  /** Those that links name, and those that the org has set up, as far as it shows them. */
  readonly providers: App[];
}

/**
 * Reads every link of a user's account to an identity provider, and proves by the org's count that they are all. What they
 * are read with never names the account at the provider.
 * @param needed whether a policy judges them: then what may not be read is no answer
 * @param userIds every user, for dividing the links
 * @throws InconclusiveError where they are needed and cannot be read in full; what `reader` throws where no answer comes
 */
export async function readAccountLinks(
  reader: OrgReader,
  { needed, userIds }: { readonly needed: boolean; readonly userIds: () => Promise<Iterable<string>> },
): Promise<LinksRead> {
  let read: LinkReading;
  try {
    const countBefore = await reader.count(linkCountQuery());
    checkSize(countBefore, "links to identity providers");
    checkApiShare(reader, callsForLinks(countBefore));
    read = await readLinkRows(reader, countBefore, userIds);
  } catch (error) {
    return refused(error, needed);
  }
  const { rows, proof } = read;
  if (needed) await requireSightOfLinks(reader, rows);
  // Where there are no links and nobody names a provider, none needs to be known.
  const setUp = rows.length > 0 || needed ? await readAuthProviders(reader) : [];
  const providers = identityProviders(setUp, rows);
  const providerOf = providerFinder(providers);
  return {
    accountLinks: { proof, refusal: null, deletable: rows.length === 0 ? null : await readDeletable(reader) },
    grants: rows.map((row) => ({
      userId: userIdOf(row.UserId),
      app: providerOf(row)!,
      createdAt: null,
      lastUsedAt: null,
      useCount: null,
      source: "account-link",
    })),
    providers,
  };
}

/** API calls that reading the links takes at most, where nothing changes meanwhile. */
function callsForLinks(links: number): number {
  return Math.ceil(links / 150) + 5;
}

/**
 * That the links of others are in sight: without Manage Users a caller sees its own alone, and what the org says of
 * permissions comes from a cache. Any link of another shows it; where there is none, what the caller is assigned does.
 */
async function requireSightOfLinks(reader: OrgReader, rows: readonly LinkRow[]): Promise<void> {
  const { userId, username } = reader.caller;
  if (rows.some(({ UserId }) => userIdOf(UserId) !== userId) || (await isAssignedAll(reader))) return;
  throw inventoryErrors["no-sight-of-others-links"]({ user: username });
}

/** What cannot be read although the org answers. @throws the error itself where no answer would be more honest */
function refused(error: unknown, needed: boolean): LinksRead {
  const isRefusal = error instanceof ApiError && error.salesforceCode !== "REQUEST_LIMIT_EXCEEDED";
  if (!isRefusal && !(error instanceof InconclusiveError)) throw error;
  if (needed && isRefusal)
    throw inventoryErrors["account-links-not-shown"]({ salesforceCode: error.salesforceCode });
  if (needed) throw error;
  const refusal = isRefusal ? error.salesforceCode : "COUNT_NOT_MATCHED";
  return { accountLinks: { proof: null, refusal, deletable: null }, grants: [], providers: [] };
}

/** The providers that the org has set up; null where it does not show them: that takes Manage Auth. Providers. */
async function readAuthProviders(reader: OrgReader): Promise<AuthProviderRow[] | null> {
  try {
    return await readAll<AuthProviderRow>(reader, "SELECT Id, FriendlyName FROM AuthProvider");
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}

/** Whether Salesforce Support made the object writable; null where the org does not say. */
export async function readDeletable(reader: OrgReader): Promise<boolean | null> {
  try {
    const description = await reader.get<{ deletable?: unknown } | null>(
      "/sobjects/ThirdPartyAccountLink/describe",
    );
    return typeof description?.deletable === "boolean" ? description.deletable : null;
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}
