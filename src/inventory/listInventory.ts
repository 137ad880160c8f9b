import { RemoteError, shownError } from "../errors.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { readAccountLinks } from "./accountLinks.ts";
import { callsForListing, checkApiShare, checkSize } from "./apiShare.ts";
import { AppRegister } from "./appRegister.ts";
import { askingOnce } from "./askingOnce.ts";
import { byUser } from "./byUser.ts";
import { readApps, readDirectory, readFirstUsers, readProfiles, readUsers } from "./directory.ts";
import { inventoryErrors } from "./errors.ts";
import { requireNoExternalApps, requireNoneNamed } from "./externalApps.ts";
import { grantMaker } from "./grantRow.ts";
import { listGrants } from "./grants.ts";
import type { Inventory } from "./inventory.ts";
import { type DirectoryNeeds, NO_NEEDS, STANDING_ACCESS_DAYS } from "./needs.ts";
import { ownApps } from "./ownApps.ts";
import { countQuery } from "./partition.ts";
import { requirePermissions } from "./permissions.ts";
import { requireSight } from "./sight.ts";
import { standingAccessOf } from "./standingAccess.ts";
import { readStandingRows } from "./standingSources.ts";
import { readUsageApps, readUsageGrants } from "./usage.ts";

export interface ListOptions {
  /** What the policy asks for beside the grants; nothing by default. */
  readonly needs?: DirectoryNeeds;
  /** The current time; tests pass their own. */
  readonly now?: () => Date;
  /** Told of how many grants are read, of how many that the org counted. */
  readonly onProgress?: (read: number, total: number) => void;
}

/**
 * Reads every grant of the org, with the users and apps behind them, and proves that they are all.
 * @throws InconclusiveError where that cannot be proven: a missing permission, counts that do not
 * agree, something that may not be read. UserError where the run would take too many of the org's API calls,
 * SettingsError where a session that expired cannot be renewed for want of a setting.
 */
export async function listInventory(
  reader: OrgReader,
  { needs = NO_NEEDS, now = () => new Date(), onProgress = () => undefined }: ListOptions = {},
): Promise<Inventory> {
  try {
    return await list(reader, needs, now, onProgress);
  } catch (error) {
    // Once reading has begun, whatever the org does to stop it leaves the list unproven.
    if (error instanceof RemoteError)
      throw inventoryErrors["list-not-completed"]({ why: shownError(error), cause: error });
    throw error;
  }
}

async function list(
  reader: OrgReader,
  needs: DirectoryNeeds,
  now: () => Date,
  onProgress: NonNullable<ListOptions["onProgress"]>,
): Promise<Inventory> {
  const permissions = await requirePermissions(reader);
  const [profiles, { apps, labels, externalApps }, firstUsers, count] = await Promise.all([
    readProfiles(reader),
    readApps(reader),
    readFirstUsers(reader, needs),
    reader.count(countQuery()),
  ]);
  checkSize(count, "grants");
  checkSize(firstUsers.totalSize, "users");
  const isWithoutExternal = externalApps === 0;
  if (isWithoutExternal) await requireNoExternalApps(reader, apps);
  checkApiShare(reader, callsForListing(count, firstUsers.totalSize, externalApps));

  const register = new AppRegister(apps);
  for (const { id, label } of labels) register.alsoCalled(id, label);
  const toGrant = grantMaker(register);
  const reading = readUsers(reader, needs, firstUsers);
  const { standingAccessDays: daysOfLogins = STANDING_ACCESS_DAYS } = needs;
  const asking = askingOnce(reader);
  const surroundings = reading.then((users) => readDirectory(asking, needs, users, apps));
  const standing = readStandingRows(asking, daysOfLogins, now().getTime(), apps, profiles);
  const linking = readAccountLinks(reader, {
    needed: needs.identityProviders,
    userIds: async () => (await reading).keys(),
  });
  for (const promise of [reading, surroundings, standing, linking]) promise.catch(() => undefined); // awaited below
  const { grants, proof } = await listGrants(reader, {
    countBefore: count,
    toGrant,
    onProgress,
    userIds: async () => (await reading).keys(),
    now,
  });
  const users = await reading;
  const sight = await requireSight(reader, grants, users.values());
  if (isWithoutExternal) requireNoneNamed(register.all(), "a grant");
  const inUsage = isWithoutExternal ? [] : await readUsageApps(reader, register);
  const own = ownApps(reader.caller, register);
  register.settle(grants, new Set(own));
  const { grants: more, appsWithoutUsers } = await readUsageGrants(reader, inUsage, grants);
  for (const grant of more) grants.push(grant);
  const idsOf = (name: string) => register.idsOf(name);
  const links = await linking;
  const all = [...register.all(), ...links.providers];
  const counted = [...grants, ...links.grants];
  return {
    org: reader.org,
    caller: reader.caller,
    ownApps: own,
    users,
    profiles,
    directory: await surroundings,
    apps: all,
    grants: byUser(counted),
    standingAccess: standingAccessOf(await standing, { apps: all, grants: counted, users, idsOf }),
    accountLinks: links.accountLinks,
    proof: {
      ...proof,
      fromUsage: more.length,
      ...(appsWithoutUsers === 0 ? {} : { appsWithoutUsers }),
      permissions,
      ...sight,
      apiVersion: reader.org.apiVersion,
      at: now().toISOString(),
    },
  };
}
