import type { App, User } from "../inventory/inventory.ts";
import type { PlatformKind } from "../platformApps.ts";
import type {
  AppEntry,
  AppsLike,
  Exemption,
  HighPrivilege,
  Policy,
  Position,
  PrivilegeException,
} from "../policy/policy.ts";
import type { UserId } from "../salesforce/id.ts";
import type { Instant } from "../time.ts";

/** A policy held against one org: its names are the org's ids. */
export interface ResolvedPolicy {
  readonly policy: Policy;
  /** By `App.key`: identity providers too. */
  readonly listedApps: ReadonlyMap<string, ListedApp>;
  /** Every user of the org. */
  readonly people: ReadonlyMap<UserId, Person>;
  /** By `App.key`. */
  readonly protectedApps: ReadonlyMap<string, Position>;
  readonly exemptions: readonly ResolvedExemption[];
  /** What is known of apps of which it cannot be told which they are, by `App.key`. */
  readonly doubts: ReadonlyMap<string, Doubt>;
  /** Of apps that no entry lists or protects and whose names a pattern denies, which one; by `App.key`. */
  readonly deniedLike: ReadonlyMap<string, AppsLike>;
  /** The apps that no entry lists and that are Salesforce's own, or are called so; by `App.key`. */
  readonly platformApps: ReadonlyMap<string, PlatformKind>;
  /** What the baseline knows of a user's grants for an app, by `knownKey`. */
  readonly known: ReadonlyMap<string, Known>;
  readonly highPrivilege: ResolvedPrivilege | null;
  /** What means nothing in this org and need not: of a shared policy, of denied apps, of exemptions. */
  readonly absent: readonly Absent[];
}

/** A rule with its names turned into the org's ids. */
export interface ListedApp {
  readonly entry: AppEntry;
  readonly app: App;
  /** Matched by name alone, which another app could carry too. */
  readonly weak: boolean;
  /** Null for a denied app. */
  readonly users: Membership | null;
}

/** An app of which grants do not say which it is: one of those that it could be, or a stranger of the same name. */
export interface Doubt {
  /** Whether it could be the tool's own app, or a protected one. */
  readonly untouchable: boolean;
  /** An entry that denies it, where every app that it could be is denied; null where it may be another, or one that nobody loses. */
  readonly denied: ListedApp | null;
  /** A pattern that denies it, where patterns deny every app that it could be; null where it may be another. */
  readonly deniedLike: AppsLike | null;
}

/** An exemption of the org's app or user; null for any. One that means nothing in the org is not here. */
export interface ResolvedExemption {
  readonly exemption: Exemption;
  readonly appKey: string | null;
  readonly userId: UserId | null;
}

/** An exception from high privilege of the org's app or user; null for any. One that means nothing in the org is not here. */
export interface ResolvedException {
  readonly exception: PrivilegeException;
  readonly appKey: string | null;
  readonly userId: UserId | null;
}

export interface ResolvedPrivilege {
  readonly entry: HighPrivilege;
  readonly exceptions: readonly ResolvedException[];
  /** What makes each of the users powerful, as `the permission ModifyAllData`. */
  readonly holders: ReadonlyMap<UserId, string>;
}

/** What a baseline knows of a user's grants for an app: those of some instants, and all of before one. */
export interface Known {
  readonly at: ReadonlySet<Instant>;
  /** Null where it knows those of some instants alone. */
  readonly before: Instant | null;
}

/** An app, a user or something else of the policy that the org does not have. */
export interface Absent {
  readonly kind: "app" | "provider" | "user" | "name";
  /** What else it is, such as `profile`. */
  readonly what?: string;
  /** As the policy writes it: an id or a name. */
  readonly name: string;
  /** Of an app of which the policy says by when it is to be there. */
  readonly expected?: NonNullable<AppEntry["expected"]>;
  readonly position: Position;
}

/** A user of the org and what the policy says of them: looked up once a grant, so that it is one object. */
export interface Person extends User {
  /** Numbers of the sets that they are in: few, where a policy names many. */
  readonly memberOf: readonly number[];
  /** Where the policy calls them so; null where it does not. */
  readonly offboarded: Position | null;
  readonly protected: Position | null;
  /** What gives them high privilege, as `the permission ModifyAllData`. */
  readonly privilege: string | null;
}

/** Which users a selector means, in the org's ids. */
export interface Membership extends MemberLists {
  readonly everyone: boolean;
  readonly except: MemberLists | null;
}

export interface MemberLists {
  readonly userIds: ReadonlySet<UserId>;
  readonly profileIds: ReadonlySet<string>;
  readonly roleIds: ReadonlySet<string>;
  readonly userTypes: ReadonlySet<string>;
  /** Numbers of permission sets, groups and patterns whose users are meant. */
  readonly memberSets: ReadonlySet<number>;
}

/** Whether a user is one of those that are meant. */
export function isMember(users: Membership, person: Person): boolean {
  return (users.everyone || isIn(users, person)) && !(users.except !== null && isIn(users.except, person));
}

function isIn(lists: MemberLists, { id, profileId, roleId, userType, memberOf }: Person): boolean {
  return (
    lists.userIds.has(id) ||
    (profileId !== null && lists.profileIds.has(profileId)) ||
    (roleId !== null && lists.roleIds.has(roleId)) ||
    (userType !== null && lists.userTypes.has(userType)) ||
    (lists.memberSets.size > 0 && memberOf.some((number) => lists.memberSets.has(number)))
  );
}
