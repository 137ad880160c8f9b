import { isAccountLink } from "../accountLink.ts";
import type {
  App,
  AppSettings,
  Directory,
  Grant,
  Inventory,
  MemberSet,
  StandingAccess,
  StandingAccessList,
} from "../inventory/inventory.ts";
import type { DirectoryNeeds } from "../inventory/needs.ts";
import { namesAsked } from "../names.ts";
import type { UserId } from "../salesforce/id.ts";
import { parseUtc } from "../time.ts";
import { validator } from "../validator.ts";
import { digestOf } from "./digest.ts";
import { planErrors } from "./errors.ts";
import { SAVED_SHAPE } from "./savedShape.ts";

const KIND = "sanctioned-inventory";
/** 3: has the links to identity providers. */
const VERSION = 3;
const NEVER = "never";

/** Stops at the first mistake: a file can have a million. */
const savedValidator = validator<Saved>(SAVED_SHAPE, { allErrors: false });

/** An inventory as text, to be judged later or elsewhere without the org. It holds no token. @param needs what it was read with */
export function saveInventory(inventory: Inventory, needs: DirectoryNeeds): string {
  const { grants, users, directory, standingAccess, ...rest } = inventory;
  const content = {
    version: VERSION,
    kind: KIND,
    needs,
    ...rest,
    users: [...users.values()],
    grants: grants.map(({ app, ...grant }) => ({ ...grant, app: app.key })),
    ...(standingAccess === undefined ? {} : { standingAccess: savedStanding(standingAccess) }),
    directory: {
      roles: directory.roles,
      ...mapSets(directory, ({ userIds, ...set }) => ({
        ...set,
        userIds: userIds === null ? null : [...userIds],
      })),
      permissionHolders: [...directory.permissionHolders].map(([name, ids]) => [name, [...ids]]),
      appSettings: [...directory.appSettings].map(([key, settings]) => [
        key,
        {
          ...settings,
          refreshTokenDays:
            settings.refreshTokenDays === Number.POSITIVE_INFINITY ? NEVER : settings.refreshTokenDays,
        },
      ]),
    },
  };
  return `${JSON.stringify({ ...content, digest: digestOf(content) })}\n`;
}

/**
 * The inventory of a file, as it was saved.
 * @param file its name, for messages
 * @param needs what the policy at hand asks for
 * @throws UserError where it is no such file, was changed, or was read with less than is needed
 */
export function restoreInventory(text: string, file: string, needs: DirectoryNeeds): Inventory {
  const saved = parsed(text, file);
  const { digest, ...content } = saved;
  if (digestOf(content) !== digest) throw planErrors["inventory-changed"]({ file });
  if (!isWhole(saved)) throw planErrors["inventory-not-whole"]({ file });
  const missing = missingNeeds(saved.needs, needs);
  if (missing.length > 0) throw planErrors["inventory-lacks-needs"]({ file, missing: missing.join(", ") });
  const {
    org,
    caller,
    ownApps,
    profiles,
    apps,
    accountLinks,
    proof,
    users,
    grants,
    directory,
    standingAccess,
  } = saved;
  const byKey = new Map(apps.map((app) => [app.key, app]));
  return {
    org,
    caller,
    ownApps,
    profiles,
    apps,
    accountLinks,
    proof,
    users: new Map(users.map((user) => [user.id, user])),
    grants: grants.map(({ app, ...grant }): Grant => ({ ...grant, app: byKey.get(app)! })),
    ...(standingAccess === undefined ? {} : { standingAccess: restoredStanding(standingAccess, byKey) }),
    directory: {
      roles: directory.roles,
      ...mapSets(directory, ({ userIds, ...set }) => ({
        ...set,
        userIds: userIds === null ? null : new Set(userIds),
      })),
      permissionHolders: new Map(
        directory.permissionHolders.map(([permission, ids]) => [permission, new Set(ids)]),
      ),
      appSettings: new Map(
        directory.appSettings.map(([key, { refreshTokenDays: days, ...settings }]) => [
          key,
          { ...settings, refreshTokenDays: days === NEVER ? Number.POSITIVE_INFINITY : days },
        ]),
      ),
    },
  };
}

function savedStanding({ entries, ...rest }: StandingAccessList): SavedStanding {
  return { ...rest, entries: entries.map(({ app, ...entry }) => ({ ...entry, app: app?.key ?? null })) };
}

function restoredStanding(
  { entries, ...rest }: SavedStanding,
  byKey: ReadonlyMap<string, App>,
): StandingAccessList {
  const appOf = (key: string | null) => (key === null ? null : byKey.get(key)!);
  return { ...rest, entries: entries.map(({ app, ...entry }) => ({ ...entry, app: appOf(app) })) };
}

/** What is in the file. @throws UserError where it is nothing of the kind */
function parsed(text: string, file: string): Saved {
  let saved: unknown;
  try {
    saved = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw planErrors["inventory-not-json"]({ file });
  }
  if (!savedValidator()(saved) || saved.kind !== KIND || saved.version !== VERSION)
    throw planErrors["inventory-not-recognized"]({ file });
  return saved;
}

/**
 * Whether the grants are those of the proof, each of an app of the inventory, and the sets have the members that were
 * asked for. A digest is no secret.
 */
function isWhole({ apps, grants, accountLinks, proof, needs, directory, standingAccess }: Saved): boolean {
  const links = grants.filter(isAccountLink).length;
  const keys = new Set(apps.map(({ key }) => key));
  return (
    parseUtc(proof.at) !== null &&
    grants.length === proof.read + (proof.fromUsage ?? 0) + links &&
    links === (accountLinks.proof?.read ?? 0) &&
    links === (accountLinks.proof?.countAfter ?? 0) &&
    proof.countAfter === proof.read - (proof.changes?.stillListed ?? 0) &&
    grants.every(({ app }) => keys.has(app)) &&
    (standingAccess?.entries ?? []).every(({ app }) => app === null || keys.has(app)) &&
    SET_KINDS.every((kind) => hasMembers(directory[kind], needs[kind]))
  );
}

function hasMembers(sets: readonly SavedSet[], asked: readonly string[] | "all"): boolean {
  const isAsked = asked === "all" ? () => true : namesAsked(asked);
  return sets.every(({ name, label, userIds }) => userIds !== null || !(isAsked(name) || isAsked(label)));
}

const SET_KINDS = ["permissionSets", "permissionSetGroups", "publicGroups"] as const;
type SavedSet = Omit<MemberSet, "userIds"> & { readonly userIds: readonly UserId[] | null };
type SavedStanding = Omit<StandingAccessList, "entries"> & {
  readonly entries: readonly (Omit<StandingAccess, "app"> & { readonly app: string | null })[];
};
type SetKinds = (typeof SET_KINDS)[number];

/** A file as `saveInventory` writes it; and as `SAVED_SHAPE` has it. */
interface Saved
  extends Pick<Inventory, "org" | "caller" | "ownApps" | "profiles" | "apps" | "accountLinks" | "proof"> {
  readonly version: typeof VERSION;
  readonly kind: typeof KIND;
  readonly needs: DirectoryNeeds;
  readonly users: readonly (Inventory["users"] extends ReadonlyMap<string, infer User> ? User : never)[];
  readonly grants: readonly (Omit<Grant, "app"> & { readonly app: string })[];
  /** Not in a file of a release that did not look for it. */
  readonly standingAccess?: SavedStanding;
  readonly directory: Pick<Directory, "roles"> &
    Record<SetKinds, readonly SavedSet[]> & {
      readonly permissionHolders: readonly (readonly [string, readonly UserId[]])[];
      readonly appSettings: readonly (readonly [
        string,
        Omit<AppSettings, "refreshTokenDays"> & { readonly refreshTokenDays: number | typeof NEVER | null },
      ])[];
    };
  readonly digest: string;
}

/** Every list of sets of users, each set turned into another form. */
function mapSets<From, To>(
  lists: Record<SetKinds, readonly From[]>,
  turn: (set: From) => To,
): Record<SetKinds, To[]> {
  const { permissionSets, permissionSetGroups, publicGroups } = lists;
  return {
    permissionSets: permissionSets.map(turn),
    permissionSetGroups: permissionSetGroups.map(turn),
    publicGroups: publicGroups.map(turn),
  };
}

function missingNeeds(had: DirectoryNeeds, needs: DirectoryNeeds): string[] {
  const lacks = (have: readonly string[] | "all", want: readonly string[] | "all") =>
    have !== "all" && (want === "all" || want.some((name) => !have.includes(name)));
  return [
    lacks(had.permissionSets, needs.permissionSets) ? "permission sets" : [],
    lacks(had.permissionSetGroups, needs.permissionSetGroups) ? "permission set groups" : [],
    lacks(had.publicGroups, needs.publicGroups) ? "public groups" : [],
    lacks(had.permissions, needs.permissions) ? "permissions" : [],
    needs.roles && !had.roles ? "roles" : [],
    needs.appSettings && !had.appSettings ? "app settings" : [],
    needs.identityProviders && !had.identityProviders ? "identity providers" : [],
  ].flat();
}
