import type { ErrorText } from "../errors.ts";
import type { AppId, AppRef, OrgId } from "../salesforce/id.ts";
import type { Signer } from "../sign/signers.ts";
import type { Day, Instant } from "../time.ts";
import type { APPROVAL_WAIVERS, SCOPES } from "./policySchema.ts";
import type { Problem } from "./problem.ts";

/** A place in a policy. Line and column count from 1; line 0 means that `file` says it all (an inline policy). */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A value in the policy and where it stands. */
export interface Placed<T> {
  readonly value: T;
  readonly position: Position;
}

/** A name in the policy and where it stands. */
export type Named = Placed<string>;

/** What happens to grants of Salesforce's own apps that no entry lists. */
export type PlatformOutcome = "keep" | "report" | "revoke";
export type Mode = "enforce" | "report";
export type OAuthScope = (typeof SCOPES)[number];

/** The ways to say which users; any of them is enough. */
export interface UserLists {
  readonly usernames: readonly Named[];
  readonly usernamesLike: readonly Named[];
  readonly profiles: readonly Named[];
  readonly permissionSets: readonly Named[];
  readonly permissionSetGroups: readonly Named[];
  readonly roles: readonly Named[];
  readonly rolesAndSubordinates: readonly Named[];
  readonly publicGroups: readonly Named[];
  readonly userTypes: readonly Named[];
}

/** Who is in scope of an app: everyone or whoever is in a list, and not in a list of `except`. */
export interface UserSelector extends UserLists {
  readonly everyone: boolean;
  /** Said in so many words: a selector that comes out so by itself is a problem. */
  readonly nobody: boolean;
  readonly except: UserLists | null;
  readonly position: Position;
}

/** Days of 24 hours after which a grant is too old; null where there is no such limit. */
export interface TimeLimits {
  readonly maxIdleDays: Placed<number> | null;
  readonly maxAgeDays: Placed<number> | null;
  readonly neverUsedAfterDays: Placed<number> | null;
}

/** How an app must be set up in the org. */
export interface SettingsRule {
  readonly adminApprovedUsersOnly: Placed<boolean> | null;
  readonly refreshTokenMaxDays: Placed<number> | null;
  readonly ipRelaxation: Placed<string> | null;
}

/** A sanctioned or denied app, or identity provider. At least one of `id` and `name` is there. */
export interface AppEntry {
  readonly id: Placed<AppId> | null;
  readonly name: Named | null;
  /** Where the app is denied; null for a sanctioned one. */
  readonly denied: Position | null;
  /** Whether `sanctioned: true` is written: nothing less undoes a denial of the extended policy. */
  readonly saidSanctioned: boolean;
  readonly mode: Placed<Mode> | null;
  readonly owner: string | null;
  readonly reason: string | null;
  readonly reviewBy: Placed<Day> | null;
  /** Of an app that the org need not have yet: where that is said, and the last day on which it need not. */
  readonly expected: { readonly position: Position; readonly by: Placed<Day> } | null;
  /** Null for a denied app. */
  readonly users: UserSelector | null;
  readonly scopes: Placed<readonly OAuthScope[]> | null;
  readonly settings: SettingsRule | null;
  /** The app's own, else the policy's defaults. */
  readonly times: TimeLimits;
  readonly position: Position;
  /** From the policy that this one extends: not every org that shares it must have the app. */
  readonly shared: boolean;
}

/** Apps that are denied by their names, unless an entry lists them. */
export interface AppsLike {
  /** With `*` for any text and `?` for one character. */
  readonly pattern: Named;
  readonly owner: string | null;
  readonly reason: string | null;
  readonly denied: Position;
  readonly position: Position;
}

/** Grants of which something holds: of the app, of the user, or of the user for the app. */
export interface GrantsMeant {
  readonly app: Placed<AppRef> | null;
  readonly user: Named | null;
  readonly reason: string;
  readonly owner: string;
  readonly position: Position;
}

/** Grants whose user may have high privilege. */
export interface PrivilegeException extends GrantsMeant {
  /** After it the exception is due for review; it still holds. */
  readonly reviewBy: Placed<Day>;
}

export interface HighPrivilege {
  readonly permissions: readonly Named[];
  readonly profiles: readonly Named[];
  readonly permissionSets: readonly Named[];
  readonly action: "alert" | "revoke";
  /** Null for grants of any age. */
  readonly grantedSince: Day | null;
  readonly grantedWithinDays: number | null;
  readonly exceptions: readonly PrivilegeException[];
  readonly position: Position;
}

/** Grants that are kept for a while. */
export interface Exemption extends GrantsMeant {
  /** The last day on which it holds. */
  readonly expires: Placed<Day>;
}

export interface Limits {
  readonly revocations: number;
  readonly percent: number;
  readonly perApp: number;
  readonly position: Position;
}

export type ApprovalWaiver = (typeof APPROVAL_WAIVERS)[number];

/** Who must approve what is revoked. */
export interface Approvals {
  /** Who may; the file is named as a problem in it would be. */
  readonly signers: { readonly file: string; readonly list: readonly Signer[] };
  /** How many of them must. */
  readonly required: number;
  /** What needs no approval. */
  readonly waivedFor: readonly ApprovalWaiver[];
  readonly position: Position;
}

/** A grant that was known when the baseline was made. */
export interface KnownGrant {
  readonly app: Placed<AppRef>;
  readonly user: Named;
  /** Null for any grant of the user and app up to the day on which the baseline was written. */
  readonly granted: Instant | null;
}

export interface Baseline {
  readonly file: string;
  /** Whether it is that of the policy that this one extends. */
  readonly shared: boolean;
  /** The last day on which it holds. */
  readonly expires: Placed<Day>;
  /** Never null where a grant does not say when it was granted. */
  readonly written: Placed<Day> | null;
  readonly grants: readonly KnownGrant[];
  /** A problem at a place in the file. */
  readonly problemAt: Policy["problemAt"];
}

/** What a policy says of the links of users' accounts to identity providers. */
export interface IdentityProviders {
  readonly unlisted: Placed<"report" | "revoke">;
  /** None has scopes, settings, times or a mode of its own. */
  readonly entries: readonly AppEntry[];
}

export type Leaver = "offboarded" | "inactive" | "frozen";

/** A policy that is right in itself; `resolvePolicy` holds its names against an org. */
export interface Policy {
  readonly file: string;
  readonly org: { readonly name: Named | null; readonly id: Placed<OrgId> | null } | null;
  readonly mode: Placed<Mode>;
  readonly unlisted: Placed<"revoke" | "report">;
  /** What grants of Salesforce's own apps get that no entry lists; null where it is not said, and they are as any app. */
  readonly platformApps: Placed<PlatformOutcome> | null;
  /** What a grant gets whose use, or whose day of granting, the org says something of that cannot be judged. */
  readonly unknownUse: Placed<"revoke" | "report">;
  readonly limits: Limits;
  /** Null where nothing has to be approved. */
  readonly approvals: Approvals | null;
  /** For every app that does not say its own, listed or not. */
  readonly defaults: TimeLimits;
  /** What an app may ask for that is not listed; null for anything. */
  readonly unlistedScopes: Placed<readonly OAuthScope[]> | null;
  readonly apps: readonly AppEntry[];
  readonly appsLike: readonly AppsLike[];
  /** Null where the policy says nothing of them: then links are not judged. */
  readonly identityProviders: IdentityProviders | null;
  readonly offboarded: readonly Named[];
  readonly leavers: Readonly<Record<Leaver, Placed<"revoke" | "report">>>;
  readonly highPrivilege: HighPrivilege | null;
  readonly protectedUsers: readonly Named[];
  readonly protectedApps: readonly Placed<AppRef>[];
  readonly exemptions: readonly Exemption[];
  readonly maxExemptionDays: number;
  /** What happens to live sessions after a revocation. */
  readonly sessions: "report" | "end";
  readonly baseline: Baseline | null;
  /** The file and the one that it extends as one: what is said, and where. */
  readonly asWritten: {
    readonly data: unknown;
    /** The place of the value at a path of keys and indexes. */
    readonly position: (path: readonly (string | number)[]) => Position;
  };
  /** A problem at a place in this policy, with the source line for the message. */
  readonly problemAt: (position: Position, said: ErrorText) => Problem;
}

/** `policy/dieppe.yaml:7`, or the path into an inline policy. */
export function placeText({ file, line }: Pick<Position, "file" | "line">): string {
  return line === 0 ? file : `${file}:${line}`;
}
