import type { FullPlan } from "../../plan/planSchema.ts";
import { compareText } from "../../text.ts";
import { latest, orgView } from "../org/orgView.ts";

/** A connected user in one org of a fleet. */
export interface OrgUser {
  /** What the org is called in the fleet. */
  readonly org: string;
  readonly isSandbox: boolean;
  /** Untrusted text. */
  readonly username: string;
  readonly grants: number;
  readonly apps: number;
  readonly toRevoke: number;
  /** Null where the org's policy does not say what high privilege is. */
  readonly isPrivileged: boolean | null;
  /** ISO 8601; null where the org gives none. */
  readonly lastUsed: string | null;
}

/** Users of one name in several orgs. */
export interface UserAcross {
  /** In the order of the fleet; each differs from the others by no more than a sandbox's name. */
  readonly usernames: readonly string[];
  readonly orgs: readonly string[];
  /** The orgs in which the user is of high privilege. */
  readonly privilegedIn: readonly string[];
  /** Whether the policies of all its orgs say what high privilege is. */
  readonly isJudged: boolean;
  readonly grants: number;
  /** Apps of each org, added up. */
  readonly apps: number;
  readonly toRevoke: number;
  readonly lastUsed: string | null;
}

/** The connected users of an org that have a username. Pure. */
export function orgUsers(org: string, plan: FullPlan): OrgUser[] {
  const { isSandbox } = plan.org;
  const named = new Set(plan.users.flatMap(({ username }) => username ?? []));
  const { grants: all, measures } = orgView({ plan });
  const byUser = Map.groupBy(all, ({ username }) => username);
  return [...byUser]
    .filter(([username]) => named.has(username))
    .map(([username, grants]) => ({
      org,
      isSandbox,
      username,
      grants: grants.length,
      apps: new Set(grants.map(({ app }) => app)).size,
      toRevoke: grants.filter(({ action }) => action === "revoke").length,
      isPrivileged: measures.privilege.isJudged ? grants.some(({ privilege }) => privilege !== null) : null,
      lastUsed: latest(grants.map(({ lastUsed }) => lastUsed)),
    }));
}

/**
 * Users that have connections in more than one org, those of high privilege first, then those of most orgs. A username is unique among all production
 * orgs, and among all sandboxes, and may be in both (help.salesforce.com, xcloud.basics_intro_usernames_passwords); what a sandbox copies of production
 * gets the sandbox's name behind it (platform.data_sandbox_users_and_contacts). So who is `ada@acme.example` in production may well be
 * `ada@acme.example.uat` in a sandbox, and nothing proves it. Pure.
 */
export function usersAcross(users: readonly OrgUser[]): UserAcross[] {
  const inProduction = new Set(
    users.flatMap(({ isSandbox, username }) => (isSandbox ? [] : username.toLowerCase())),
  );
  const nameOf = ({ isSandbox, username }: OrgUser): string => {
    const name = username.toLowerCase();
    return isSandbox && !inProduction.has(name) ? withoutSandbox(name) : name;
  };
  const rows = [...Map.groupBy(users, nameOf).values()].filter(
    (some) => new Set(some.map(({ org }) => org)).size > 1,
  );
  return rows
    .map(acrossOf)
    .sort(
      (a, b) =>
        Number(b.privilegedIn.length > 0) - Number(a.privilegedIn.length > 0) ||
        b.orgs.length - a.orgs.length ||
        b.grants - a.grants ||
        compareText(a.usernames[0]!, b.usernames[0]!),
    );
}

/** What comes after the last dot can be a sandbox's name where a whole domain is left without it. */
function withoutSandbox(username: string): string {
  const [, whole = username] = /^([^@]+@[^@]+\.[^@.]+)\.[^@.]+$/.exec(username) ?? [];
  return whole;
}

function acrossOf(users: readonly OrgUser[]): UserAcross {
  const sum = (of: (user: OrgUser) => number) => users.reduce((total, user) => total + of(user), 0);
  return {
    usernames: [...new Set(users.map(({ username }) => username))],
    orgs: [...new Set(users.map(({ org }) => org))],
    privilegedIn: [...new Set(users.flatMap(({ org, isPrivileged }) => (isPrivileged === true ? org : [])))],
    isJudged: users.every(({ isPrivileged }) => isPrivileged !== null),
    grants: sum(({ grants }) => grants),
    apps: sum(({ apps }) => apps),
    toRevoke: sum(({ toRevoke }) => toRevoke),
    lastUsed: latest(users.map(({ lastUsed }) => lastUsed)),
  };
}
