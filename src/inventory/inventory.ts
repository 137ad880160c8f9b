import type { AppId, UserId } from "../salesforce/id.ts";
import type { Caller, Org } from "../salesforce/org.ts";
import type { StandingKind, StandingSource } from "../standing.ts";
import type { Instant } from "../time.ts";

export interface User {
  readonly id: UserId;
  readonly username: string;
  readonly name: string;
  readonly isActive: boolean;
  /** Kept from logging in by an administrator (UserLogin.IsFrozen); tokens live on. */
  readonly isFrozen: boolean;
  readonly profileId: string | null;
  readonly profileName: string | null;
  readonly userType: string | null;
  /** Null for a user without a role, and where roles were not asked for. */
  readonly roleId: string | null;
}

/** An app that holds grants, an identity provider that accounts are linked to, or one that the org lists without any. */
export interface App {
  /** Unique within an inventory: the id where there is one, else `name:` (of a provider `provider:`) and the name. */
  readonly key: string;
  /** Null where the org gives none. */
  readonly id: AppId | null;
  /** The label that users and admins see; untrusted text. */
  readonly name: string;
  readonly kind: "connected-app" | "external-client-app" | "identity-provider" | "unknown";
  /** Whether only users whom an admin approved may authorize it; null where the org does not say. */
  readonly adminApprovedOnly: boolean | null;
  /** The names under which grants came without its id and are its own, since nothing else could be meant; left out for none. */
  readonly namesWithoutId?: readonly string[];
  /** Whether the app menu lists it: then each grant of it names its id, as far as it is a connected app. */
  readonly inAppMenu?: true;
  /** Of the managed package that brought it, as the app menu says; left out for none, and where the org does not say. */
  readonly namespace?: string;
  /**
   * Of a name that grants bear without an id, where it cannot be told whose they are: the apps that have the
   * name, by id. Such a grant is of one of them, or of another app of the same name.
   */
  readonly couldBe?: readonly AppId[];
}

/** One row of OAuth access, or one link to an identity provider. One user can hold several for one app. */
export interface Grant {
  /** Of a user who may be missing from `Inventory.users` (law 8: then it is reported, never decided by guess). */
  readonly userId: UserId;
  readonly app: App;
  /** Null where the org gives none. */
  readonly createdAt: Instant | null;
  /** When a token was last issued for this grant (not: when the API was last called). */
  readonly lastUsedAt: Instant | null;
  /** How many tokens were issued for this grant (not: API calls). */
  readonly useCount: number | null;
  /**
   * `usage`: only the Connect usage resources show the grant; OauthToken has no row, and so no DeleteToken, for it.
   * `account-link`: the user's account is linked to an identity provider (ThirdPartyAccountLink); such a grant has no times.
   */
  readonly source?: "usage" | "account-link";
}

/** What is known of the links to identity providers as a whole; the links are grants of their own. */
export interface AccountLinks {
  /** Why they are believed to be all there are; null where the org does not let them be read. */
  readonly proof: Pick<CompletenessProof, "countBefore" | "countAfter" | "read" | "ranges" | "calls"> | null;
  /** Salesforce's error code where they may not be read; null where they were. */
  readonly refusal: string | null;
  /** Whether the org says that the API may delete them; null where there are none, or it does not say. */
  readonly deletable: boolean | null;
}

export interface Profile {
  readonly id: string;
  readonly name: string;
}

/** A permission set, a group of them, or a public group. */
export interface MemberSet {
  readonly id: string;
  /** API or developer name: unique among its kind. */
  readonly name: string;
  readonly label: string;
  /** Ids of its users; null where nothing asked for them. */
  readonly userIds: ReadonlySet<UserId> | null;
}

export interface Role {
  readonly id: string;
  /** Developer name: unique. */
  readonly name: string;
  readonly label: string;
  readonly parentId: string | null;
}

/** How an app is set up, as far as the org lets it be read; null for what it does not. */
export interface AppSettings {
  /** OAuth scopes that the app may ask for, as an authorization request names them. */
  readonly scopes: readonly string[] | null;
  /**
   * Scopes of the org's own that it may ask for besides, by API name; null where these cannot be read, left out for none.
   * Known only where `scopes` are.
   */
  readonly customScopes?: readonly string[] | null;
  readonly adminApprovedUsersOnly: boolean | null;
  /**
   * Days after which refresh tokens end, of life or of no use; infinite for never. As configured: an idle limit that
   * Salesforce sets does not show there.
   */
  readonly refreshTokenDays: number | null;
  /** `enforce`, `enforce-relax-refresh`, `bypass-2factor` or `bypass`. */
  readonly ipRelaxation: string | null;
}

/** What the org says of its users and apps beside their own records, as far as it was asked. */
export interface Directory {
  readonly permissionSets: readonly MemberSet[];
  readonly permissionSetGroups: readonly MemberSet[];
  readonly publicGroups: readonly MemberSet[];
  readonly roles: readonly Role[];
  /** By API name of a permission; one that the org does not know has no entry. */
  readonly permissionHolders: ReadonlyMap<string, ReadonlySet<UserId>>;
  /** By `App.key`. */
  readonly appSettings: ReadonlyMap<string, AppSettings>;
}

export const EMPTY_DIRECTORY: Directory = {
  permissionSets: [],
  permissionSetGroups: [],
  publicGroups: [],
  roles: [],
  permissionHolders: new Map(),
  appSettings: new Map(),
};

/** One way in that needs no grant. Names in it are untrusted text. */
export interface StandingAccess {
  readonly kind: StandingKind;
  /** Null where it cannot be told which app it is, and for an identity provider that the inventory does not have. */
  readonly app: App | null;
  /** What the org calls it there: logins and sessions name an app and give no id. Null for no name. */
  readonly name: string | null;
  /** Where several apps go by that name: one of these, or a stranger. */
  readonly couldBe: readonly AppId[];
  /** Whom it is as; null where it is not one user's. */
  readonly userId: UserId | null;
  /** The profiles and permission sets whose users need not authorize the app; empty for all but `pre-authorized`. */
  readonly through: readonly string[];
  readonly lastSeen: Instant | null;
  /** In the order of `STANDING_SOURCES`. */
  readonly knownBy: readonly StandingSource[];
}

/** Whether a source of standing access was read: whole, in part, or not. */
export interface StandingReading {
  readonly source: StandingSource;
  readonly state: "read" | "part" | "not-read";
  /** The org's code where it refused; null for all others. */
  readonly salesforceCode: string | null;
  /** Where it was read in part, the time back to which it was. */
  readonly since: Instant | null;
}

/** Access without a grant, as far as the org shows it; it is looked for and not counted, so that there is no proof of it. */
export interface StandingAccessList {
  /** Days of logins that were asked for. */
  readonly days: number;
  readonly entries: readonly StandingAccess[];
  /** One for each source. */
  readonly readings: readonly StandingReading[];
}

/** Why the grants are believed to be all there are. */
export interface CompletenessProof {
  /** COUNT() before the reading. */
  readonly countBefore: number;
  /** How many the org counted in the end: `read`, but for grants that went since (`changes.stillListed`). */
  readonly countAfter: number;
  readonly read: number;
  /** How the rows were partitioned, such as `CreatedDate` or `UserId`. */
  readonly partition: string;
  readonly ranges: number;
  /** API calls spent on the grants. */
  readonly calls: number;
  /** How many ranges were read again because grants came or went meanwhile. */
  readonly rereads?: number;
  /** Whether the org gave the rows ids, so that none is listed twice in the place of another. */
  readonly rowIds?: boolean;
  /** What changed while it was read; left out where nothing did. The list is then of the moment of the last count. */
  readonly changes?: {
    /** Grants listed that were made meanwhile. */
    readonly came: number;
    /** Grants that were there at first, or came, and went meanwhile. */
    readonly gone: number;
    /** Of those gone, how many are listed: they went after their part of the list was read for the last time. */
    readonly stillListed: number;
  };
  /** Grants of external client apps, beside `read`, that only the usage resources show. */
  readonly fromUsage?: number;
  /** External client apps whose users the org answered with 404, which was taken for none; left out for none. */
  readonly appsWithoutUsers?: number;
  /** Permissions of the caller that the platform requires for seeing every grant, as probed. */
  readonly permissions: Readonly<Record<string, boolean>>;
  /**
   * Left out where a grant of somebody else than the caller shows that those of others are in sight. Where there is none, it
   * is known by the caller's assignments, read after the grants: the permissions alone come from a cache.
   */
  readonly sight?: "assignments";
  readonly apiVersion: string;
  /** ISO time at which reading ended. */
  readonly at: string;
}

/** Everything the decisions are made from, read from one org at one time. */
export interface Inventory {
  readonly org: Org;
  readonly caller: Caller;
  /** The apps that the tool is connected through; empty where that cannot be told. */
  readonly ownApps: readonly AppId[];
  /** Every user of the org, inactive ones too. */
  readonly users: ReadonlyMap<UserId, User>;
  readonly profiles: readonly Profile[];
  readonly directory: Directory;
  /** Every app that the org lists or that a grant names. */
  readonly apps: readonly App[];
  /** As listed, those of a user together. */
  readonly grants: readonly Grant[];
  /** Left out where it was not looked for: it is then not known, and not none. */
  readonly standingAccess?: StandingAccessList;
  readonly accountLinks: AccountLinks;
  readonly proof: CompletenessProof;
}
