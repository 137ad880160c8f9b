import type { OrgFixture } from "../fixture/fixture.ts";
import { permissionFlags } from "../fixture/permissions.ts";
import { freeIds } from "../ids.ts";
import { accessTables } from "./accessTables.ts";
import { appTables } from "./appTables.ts";
import { publicGroupTables } from "./groupTables.ts";
import type { Tables } from "./rows.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The records of every sObject but OauthToken, and of those that depend on who asks.
 * @param now when the local org starts: an assignment that has expired by then is not active
 */
export function tables(fixture: OrgFixture, now: number): Tables {
  const { organization, profiles, users } = fixture;
  const { edition = "Enterprise Edition", trialEndsAt } = organization;
  return {
    Organization: [
      {
        Id: organization.id,
        Name: organization.name,
        IsSandbox: organization.isSandbox,
        OrganizationType: edition,
        TrialExpirationDate: trialEndsAt === undefined ? null : Date.parse(trialEndsAt),
      },
    ],
    Profile: profiles.map(({ id, name, permissions }) => ({
      Id: id,
      Name: name,
      // That of its licence, which is its users'.
      UserType: users.find(({ profile }) => profile === name)?.userType ?? "Standard",
      ...permissionFlags(permissions),
    })),
    ...userTables(fixture, now),
    ...publicGroupTables(fixture),
    ...accessTables(fixture, now),
    ...appTables(fixture),
  };
}

function userTables({ users, profiles, roles = [] }: OrgFixture, now: number): Tables {
  const profileIds = new Map(profiles.map(({ name, id }) => [name, id]));
  const roleIds = new Map(roles.map(({ developerName, id }) => [developerName, id]));
  const loginId = freeIds("0Yw");
  return {
    User: users.map(({ id, username, name, profile, isActive, userType, role, lastLoginAt }) => ({
      Id: id,
      Username: username,
      Name: name,
      Email: username,
      IsActive: isActive,
      LastLoginDate: lastLoginAt === undefined ? null : Date.parse(lastLoginAt),
      // The fixture does not say; what changes later is stamped then.
      SystemModstamp: now - DAY_MS,
      ProfileId: profileIds.get(profile)!,
      UserRoleId: role === undefined ? null : roleIds.get(role)!,
      UserType: userType,
    })),
    UserLogin: users.map(({ id, isFrozen = false }) => ({
      Id: loginId(),
      UserId: id,
      IsFrozen: isFrozen,
      IsPasswordLocked: false,
    })),
    UserRole: roles.map(({ id, name, developerName, parent }) => ({
      Id: id,
      Name: name,
      DeveloperName: developerName,
      ParentRoleId: parent === undefined ? null : roleIds.get(parent)!,
    })),
  };
}
