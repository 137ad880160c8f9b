import type { OrgFixture } from "salesforce-local-org";
import type { Case } from "./case.ts";
import { Dice } from "./random.ts";
import type { Data, PolicyFiles } from "./wanted.ts";
import { FILES } from "./wanted.ts";
import { dayAfter, folded, numbered, SCOPE_NAMES, scopeInPolicy } from "./words.ts";

const DAY = 86_400_000;
const NOON = Date.parse("2026-11-24T12:00:00.000Z");

/** Names that apps share, differ in by little, or that something might take for something else. */
const APP_NAMES = [
  "Slack",
  "Slack",
  "slack",
  "Slakc",
  "Slack  Connect",
  "Slack Connect",
  "Outlook Plugin",
  "Data Loader",
  "DATA  Loader",
  "Salesforce for iOS",
  "Workbench",
  "Zed 2",
  "Zed 3",
  "Caf\u00e9 Sync",
  "Cafe\u0301 Sync",
  "null",
  "constructor",
  "__proto__",
  "0H4LeadScoring1",
  "true",
  "12",
  "a: b # c",
  "- Drift",
  "Drift Connector",
  "*",
  'Bob\'s "Tool"',
  "\u202eevil",
  "Zero\u200bWidth",
  "ZeroWidth",
  "Stra\u00dfe",
  "STRASSE",
  `L${"o".repeat(900)}ng`,
];

const PROFILES = ["Sales User", "Standard User", "System Administrator", "Read Only"];
const TYPES = ["Standard", "Standard", "Standard", "PowerPartner", "CsnOnly"];
const SETS = ["Slack_User", "Release_Manager", "Outlook_User"];
const ROLES = ["CEO", "VP_Sales", "Clerk", "Support"];

const stamp = (time: number) => new Date(time).toISOString();

/** An org and a policy of the whole language that were made for each other, mostly. The same seed makes the same. */
export function generate(seed: number): Case {
  const dice = new Dice(seed);
  const asOf = NOON + dice.below(3) * 1_234_567;
  const org = generateOrg(dice, asOf);
  const files = generatePolicy(dice, org, asOf);
  const installed = org.apps.filter(({ id }) => id !== null);
  const one = installed.length > 0 ? dice.pick(installed) : null;
  return {
    org,
    platform: {
      usageOnly: dice.chance(0.15),
      sessionApp: dice.chance(0.3) ? (one?.name ?? null) : dice.chance(0.3) ? "sanctioned" : null,
    },
    files,
    ownApp:
      dice.chance(0.12) && one !== null ? dice.pick([one.id!, one.id!.slice(0, 15), one.name, "Nope"]) : null,
    asOf,
  };
}

function generateOrg(dice: Dice, asOf: number): OrgFixture {
  const users = Array.from({ length: 4 + dice.below(7) }, (_, i) => ({
    id: numbered("005", i + 1),
    username: i % 3 === 2 ? `User${i}@Sales.example` : `user${i}@acme.example`,
    name: `User ${i}`,
    profile: i === 0 ? "Bot" : dice.pick(PROFILES),
    isActive: i === 0 || !dice.chance(0.12),
    isFrozen: i !== 0 && dice.chance(0.1),
    userType: i === 0 ? "Standard" : dice.pick(TYPES),
    ...(i !== 0 && dice.chance(0.6) ? { role: dice.pick(ROLES) } : {}),
  }));
  const usernames = users.map(({ username }) => username);
  const some = () => dice.some(usernames.slice(1), 0.35, 1);
  const apps = generateApps(dice);
  return {
    organization: { id: numbered("00D", 1 + dice.below(9)), name: "Acme", isSandbox: dice.chance(0.5) },
    caller: usernames[0]!,
    profiles: [
      {
        id: numbered("00e", 1),
        name: "Bot",
        permissions: [
          "ApiEnabled",
          "ViewSetup",
          "ManageUsers",
          "CustomizeApplication",
          "ModifyMetadata",
          "ExternalClientAppViewer",
        ],
      },
      ...PROFILES.map((name, i) => ({
        id: numbered("00e", i + 2),
        name,
        permissions: name === "System Administrator" ? ["ApiEnabled", "ModifyAllData"] : ["ApiEnabled"],
      })),
    ],
    permissionSets: SETS.map((name, i) => ({
      id: numbered("0PS", i + 1),
      name,
      label: name.replace("_", " "),
      ...(i === 2 && dice.chance(0.4) ? { namespacePrefix: "acme" } : {}),
      permissions: i === 1 ? ["ViewAllData"] : ["ApiEnabled"],
      assignees: some(),
      ...(dice.chance(0.4)
        ? {
            expirations: {
              [dice.pick(usernames)]: dice.chance(0.5) ? "2020-01-01T00:00:00Z" : "2999-01-01T00:00:00Z",
            },
          }
        : {}),
    })),
    permissionSetGroups: [
      {
        id: numbered("0PG", 1),
        developerName: "Office_Tools",
        label: "Office tools",
        permissionSets: dice.some(SETS, 0.5, 1),
        ...(dice.chance(0.5) ? { mutedPermissions: ["ViewAllData"] } : {}),
        assignees: some(),
      },
    ],
    roles: ROLES.map((developerName, i) => ({
      id: numbered("00E", i + 1),
      developerName,
      name: developerName === "VP_Sales" ? "VP of Sales" : developerName,
      ...(i === 0 ? {} : { parent: ROLES[dice.below(i)]! }),
    })),
    publicGroups: [
      {
        id: numbered("00G", 1),
        developerName: "Pilot_Users",
        name: "Pilot users",
        members: { users: dice.some(usernames, 0.2, 1), roles: dice.some(ROLES, 0.3) },
      },
      {
        id: numbered("00G", 2),
        developerName: "Everybody_Else",
        name: "Everybody else",
        members: { groups: ["Pilot_Users"], rolesAndSubordinates: dice.some(ROLES, 0.2) },
      },
    ],
    users,
    apps,
    grants: Array.from({ length: 8 + dice.below(28) }, () => generateGrant(dice, usernames, apps, asOf)),
  };
}

function generateApps(dice: Dice): OrgFixture["apps"] {
  const taken = new Set<string>();
  return Array.from({ length: 3 + dice.below(7) }, (_, i) => {
    const name = dice.pick(APP_NAMES);
    const kind = dice.pick(["0H4", "0H4", "0xI", null] as const);
    if (kind === null) {
      // A fixture finds apps without an id by name: another's name is a label on the grants.
      const isFree = !taken.has(name);
      return {
        id: null,
        name: isFree ? name : `Unlisted ${i}`,
        inAppMenu: false,
        ...(isFree ? {} : { grantLabel: name }),
      };
    }
    taken.add(name);
    return {
      id: numbered(kind, i + 1),
      name,
      ...(dice.chance(0.25)
        ? { namespacePrefix: dice.pick(["sf_chttr_apps", "sf_com_apps", "sf_chttr_app", "acme"]) }
        : {}),
      inAppMenu: dice.chance(kind === "0H4" ? 0.8 : 0.5),
      settings: {
        adminApprovedUsersOnly: dice.chance(0.5),
        createdInOrg: kind === "0H4" && dice.chance(0.5),
        ipRelaxation: dice.pick(["ENFORCE", "BYPASS", "BYPASS_2FACTOR", "ENFORCE_RELAXREFRESH"]),
        refreshTokenPolicy: dice.pick([
          "infinite",
          "zero",
          "specific_lifetime:30:DAYS",
          "specific_lifetime:31:DAYS",
          "specific_inactivity:12:HOURS",
          "specific_inactivity:725:HOURS",
        ]),
        scopes: dice.chance(0.15) ? ["Full"] : dice.some(SCOPE_NAMES.slice(0, 9), 0.25),
        developerName: `App_${i}`,
      },
    };
  });
}

/** A time at, just before or just after so many days ago; or missing; or to come. */
function generateTime(dice: Dice, asOf: number): string | null {
  if (dice.chance(0.07)) return null;
  if (dice.chance(0.05)) return stamp(asOf + dice.pick([1, DAY - 1, DAY, DAY + 1, 400 * DAY]));
  const days = dice.pick([0, 1, 7, 14, 30, 60, 90, 180, 365, 730, 1095, 2000]);
  return stamp(asOf - days * DAY - dice.pick([-1, 0, 1, 3_600_000, 40 * 3_600_000]));
}

function generateGrant(
  dice: Dice,
  usernames: readonly string[],
  apps: OrgFixture["apps"],
  asOf: number,
): OrgFixture["grants"][number] {
  const app = dice.pick(apps);
  const isUsed = !dice.chance(0.3);
  const [created, used] = [generateTime(dice, asOf), generateTime(dice, asOf)];
  // Every third app rotates its tokens, or nearly so.
  const rotates = apps.indexOf(app) % 3 === 2 && used !== null && !dice.chance(0.02);
  const together = rotates
    ? stamp(Date.parse(used) - (dice.chance(0.02) ? 3_600_001 : dice.pick([0, 1, 3_600_000])))
    : null;
  return {
    username: dice.pick(usernames),
    app: app.id ?? app.name,
    createdAt: together ?? created,
    lastUsedAt: isUsed || rotates ? used : null,
    useCount: dice.chance(0.1) ? null : isUsed || dice.chance(0.15) ? 1 + dice.below(99) : 0,
  };
}

/** What each user and app is in a policy, so that it does not say two of these of one. */
interface Cast {
  readonly dice: Dice;
  readonly org: OrgFixture;
  readonly asOf: number;
  readonly users: Readonly<Record<"offboarded" | "protected" | "exempt" | "none", readonly string[]>>;
  readonly apps: Readonly<Record<"listed" | "denied" | "protected" | "exempt" | "none", readonly AppName[]>>;
}

interface AppName {
  readonly id: string | null;
  /** Whether another app could be taken for it, so that a name alone is an error. */
  readonly isShared: boolean;
  readonly name: string;
}

function generatePolicy(dice: Dice, org: OrgFixture, asOf: number): PolicyFiles {
  const share = <T, K extends string>(list: readonly T[], standings: readonly K[]) =>
    ({
      ...Object.fromEntries(standings.map((key) => [key, []])),
      ...Object.groupBy(list, () => dice.pick(standings)),
    }) as Record<K, T[]>;
  const cast: Cast = {
    dice,
    org,
    asOf,
    users: share(
      org.users.map(({ username }) => username),
      ["offboarded", "protected", "exempt", "none", "none", "none", "none", "none"],
    ),
    apps: share(distinctApps(org), [
      "listed",
      "listed",
      "listed",
      "listed",
      "denied",
      "protected",
      "exempt",
      "none",
      "none",
    ]),
  };
  const whole = strip(generateLayer(cast, false));
  const baseline = dice.chance(0.25) ? strip(generateBaseline(cast)) : null;
  if (!dice.chance(0.35))
    return {
      own: { ...whole, ...(baseline === null ? {} : { baseline: FILES.baseline }) },
      base: null,
      baseline,
    };
  const own = strip(generateLayer(cast, true));
  return {
    own: {
      version: 1,
      extends: FILES.base,
      ...own,
      ...(baseline === null ? {} : { baseline: FILES.baseline }),
    },
    base: whole,
    baseline,
  };
}

/** Apps as a policy can name them. */
function distinctApps({ apps }: OrgFixture): AppName[] {
  const labelled = apps.map(({ id, name, grantLabel }) => ({
    id,
    name: id === null ? (grantLabel ?? name) : name,
  }));
  return labelled
    .filter(
      (app, i) =>
        app.id !== null ||
        !labelled.some((other, j) => other.name === app.name && (other.id !== null || j < i)),
    )
    .map((app) => ({
      ...app,
      isShared: labelled.some((other) => other.id !== app.id && folded(other.name) === folded(app.name)),
    }));
}

function generateLayer(cast: Cast, isPart: boolean): Data {
  const { dice, org, users } = cast;
  /** A key that the other file may say instead. */
  const or = <T>(share: number, make: () => T) => dice.maybe(isPart ? share / 2 : share, make);
  const days = () => dice.pick([1, 7, 14, 30, 60, 90, 180, 365, 730]);
  const times = () => ({
    maxIdleDays: dice.maybe(0.5, days),
    maxAgeDays: dice.maybe(0.5, days),
    neverUsedAfterDays: dice.maybe(0.5, days),
  });
  const outcome = () => dice.pick(["revoke", "report"]);
  const list = (names: readonly string[]) =>
    names.length === 0
      ? undefined
      : dice.some(names, isPart ? 0.4 : 0.8, 1).map((name) => variant(dice, name));
  return {
    version: 1,
    org: or(0.3, () => ({
      name: dice.maybe(0.7, () => (dice.chance(0.04) ? "Calais" : org.organization.name)),
      id: dice.maybe(0.7, () => (dice.chance(0.5) ? org.organization.id : org.organization.id.slice(0, 15))),
    })),
    mode: or(0.2, () => dice.pick(["report", "enforce"])),
    unlisted: isPart ? dice.maybe(0.4, outcome) : outcome(),
    // Without it what says `unlisted: revoke` does not load, which happens to be seldom.
    platformApps: dice.maybe(isPart ? 0.4 : 0.97, () => dice.pick(["keep", "report", "revoke"])),
    defaults: or(0.5, times),
    unknownUse: or(0.3, outcome),
    unlistedScopes: or(0.25, () => dice.some(SCOPE_NAMES.slice(0, 9), 0.6, 1).map(scopeInPolicy)),
    limits: or(0.8, () =>
      dice.chance(0.7)
        ? { revocations: 500, percent: 100, perApp: 500 }
        : {
            revocations: dice.maybe(0.6, () => dice.below(20)),
            percent: dice.maybe(0.6, () => dice.pick([0, 10, 25, 40, 50, 75, 100])),
            perApp: dice.maybe(0.6, () => dice.below(8)),
          },
    ),
    apps: generateEntries(cast, isPart, times),
    appsLike: or(0.3, () =>
      dice
        .some(
          [
            "Slack*",
            "SLACK",
            "*er*",
            "Zed ?",
            "0H4*",
            "?u*",
            "caf* sync",
            ...(dice.chance(0.05) ? ["*"] : []),
          ],
          0.15,
          1,
        )
        .map((name) => ({ name, sanctioned: false, reason: dice.maybe(0.3, () => "Breach") })),
    ),
    offboarded: list(users.offboarded),
    leavers: or(0.4, () => ({
      offboarded: dice.maybe(0.5, outcome),
      inactive: dice.maybe(0.5, outcome),
      frozen: dice.maybe(0.5, outcome),
    })),
    protected: or(0.9, () => ({
      users: list(users.protected),
      apps:
        cast.apps.protected.length === 0
          ? undefined
          : dice.some(cast.apps.protected, 0.8, 1).map((app) => reference(dice, app)),
    })),
    exemptions: generateExemptions(cast),
    maxExemptionDays: or(0.2, () => dice.pick([30, 90, 180, 365])),
    highPrivilege: or(0.45, () => ({
      permissions: dice.maybe(0.9, () => dice.some(["ModifyAllData", "ViewAllData", "ManageUsers"], 0.5, 1)),
      profiles: dice.maybe(0.4, () => dice.some(PROFILES, 0.3, 1)),
      permissionSets: dice.maybe(0.3, () => dice.some(SETS.slice(0, 2), 0.3, 1)),
      action: dice.maybe(0.7, () => dice.pick(["alert", "revoke", "revoke"])),
      exceptions: dice.maybe(0.35, () => generateExceptions(cast)),
      ...(dice.chance(0.4)
        ? dice.chance(0.5)
          ? { grantedSince: dayAfter(cast.asOf, -dice.pick([1, 7, 30, 90, 365])) }
          : { grantedWithinDays: days() }
        : {}),
    })),
    sessions: or(0.1, () => dice.pick(["report", "end"])),
  };
}

/** Another way to write a name that is compared as the same. */
function variant(dice: Dice, name: string): string {
  if (!dice.chance(0.1)) return name;
  return dice.pick([name.toUpperCase(), name.toLowerCase(), name.replace(" ", "  ")]);
}

function reference(dice: Dice, { id, name, isShared }: AppName): unknown {
  const isIdLike = /^0(H4|xI)/.test(name);
  if (id === null) return isIdLike || dice.chance(0.1) ? { name } : variant(dice, name);
  const ids = [id, id.slice(0, 15), { id }];
  if (isShared && !dice.chance(0.1)) return dice.pick<unknown>(ids);
  return dice.pick<unknown>([...ids, isIdLike ? { name } : variant(dice, name), { name }]);
}

function generateEntries(cast: Cast, isPart: boolean, times: () => Data): Data[] {
  const { dice, apps } = cast;
  const chosen = [...apps.listed, ...apps.denied].filter(() => dice.chance(isPart ? 0.4 : 0.85));
  return [
    ...chosen.map((app) => {
      const denied = apps.denied.includes(app);
      return {
        ...(app.id === null
          ? { name: variant(dice, app.name) }
          : dice.pick<Data>([
              { id: app.id },
              { id: app.id.slice(0, 15), name: app.name },
              app.isShared && !dice.chance(0.1) ? { id: app.id } : { name: app.name },
            ])),
        ...(denied
          ? { sanctioned: false, reason: dice.maybe(0.5, () => "Vishing target") }
          : {
              sanctioned: dice.maybe(0.1, () => true),
              users: generateUsers(cast),
              ...generateRules(cast, times),
            }),
        mode: dice.maybe(0.12, () => dice.pick(["report", "enforce"])),
        ...(dice.chance(denied ? 0.02 : 0.15) ? generateExpected(dice, cast.asOf) : {}),
        reviewBy: dice.maybe(0.2, () => dayAfter(cast.asOf, dice.pick([-30, -1, 0, 1, 30]))),
        owner: dice.maybe(0.2, () => "it@acme.example"),
      };
    }),
    ...(dice.chance(0.08)
      ? [
          {
            name: dice.pick([
              "Gone Forever",
              "Slcak",
              "Data  loader",
              "Outlok Plugin",
              "Zed 4",
              "Drfit Conector",
              "Sla ck",
            ]),
            sanctioned: false,
          },
        ]
      : []),
    ...(dice.chance(0.15)
      ? [
          {
            name: dice.pick(["Never There", "Slck", "Outlok Plugin", "Zed 5", "Salesforc for iOS"]),
            users: "everyone",
            ...(dice.chance(0.6) ? generateExpected(dice, cast.asOf) : {}),
          },
        ]
      : []),
  ].filter((entry, i, all) => all.findIndex((one) => sameName(one, entry)) === i);
}

function generateExpected(dice: Dice, asOf: number): Data {
  const by = dice.maybe(0.95, () => dayAfter(asOf, dice.pick([-30, -1, 0, 1, 30])));
  return { expected: dice.maybe(0.97, () => true), expectedBy: by };
}

function sameName(one: Data, other: Data): boolean {
  return one === other || (one.name !== undefined && one.id === undefined && one.name === other.name);
}

function generateRules({ dice }: Cast, times: () => Data): Data {
  return {
    scopes: dice.maybe(0.4, () =>
      dice.chance(0.2) ? ["full"] : dice.some(SCOPE_NAMES.slice(0, 9), 0.6, 1).map(scopeInPolicy),
    ),
    settings: dice.maybe(0.3, () => ({
      adminApprovedUsersOnly: dice.maybe(0.6, () => dice.chance(0.5)),
      refreshTokenMaxDays: dice.maybe(0.6, () => dice.pick([0, 1, 30, 31, 90])),
      ipRelaxation: dice.pick(["enforce", "bypass", "bypass-2factor", "enforce-relax-refresh"]),
    })),
    ...(dice.chance(0.5) ? times() : {}),
  };
}

function generateUsers(cast: Cast): unknown {
  const { dice } = cast;
  if (dice.chance(0.35)) return "everyone";
  if (dice.chance(0.04)) return "nobody";
  const lists = generateLists(cast);
  // A profile alone is often nobody's here.
  if (lists.usernames === undefined && dice.chance(0.6))
    lists.usernames = [dice.pick(cast.org.users).username];
  if (dice.chance(0.35)) {
    const except = dice.some(Object.entries(generateLists(cast)), 0.6, 1).filter(([key]) => !(key in lists));
    if (except.length > 0)
      return {
        ...(dice.chance(0.5) ? { everyone: true } : {}),
        ...lists,
        except: Object.fromEntries(except),
      };
  }
  return lists;
}

function generateLists({ dice, org }: Cast): Record<string, unknown> {
  const { users, roles = [], publicGroups = [], permissionSets } = org;
  const some = (names: readonly string[]) => dice.some(names, 0.3, 1);
  const makers: Readonly<Record<string, () => readonly string[]>> = {
    usernames: () =>
      some(users.map(({ username }) => username)).map((name) =>
        dice.chance(0.03) ? dice.pick(["nobody@acme.example", "usr1@acme.example"]) : variant(dice, name),
      ),
    usernamesLike: () => some(["*@acme.example", "*@SALES.example", "user?@*", "user1*"]),
    profiles: () =>
      some(PROFILES).map((name) =>
        dice.chance(0.03) ? dice.pick(["Marketing User", "Sale User"]) : variant(dice, name),
      ),
    permissionSets: () =>
      some(
        permissionSets.map(({ name, label, namespacePrefix: prefix }) =>
          dice.chance(0.3) ? label : prefix === undefined || dice.chance(0.1) ? name : `${prefix}__${name}`,
        ),
      ),
    permissionSetGroups: () => [dice.pick(["Office_Tools", "Office tools"])],
    roles: () => some(roles.map(({ developerName, name }) => (dice.chance(0.7) ? developerName : name))),
    rolesAndSubordinates: () => some(roles.map(({ developerName }) => developerName)),
    publicGroups: () =>
      some(publicGroups.map(({ developerName, name }) => (dice.chance(0.7) ? developerName : name))),
    userTypes: () => some([...new Set(users.map(({ userType }) => userType))]),
  };
  const keys = dice.shuffled(Object.keys(makers)).slice(0, 1 + dice.below(3));
  return Object.fromEntries(keys.map((key) => [key, makers[key]!()]));
}

function generateExemptions({ dice, users, apps, asOf }: Cast): Data[] | undefined {
  const made = [
    ...users.exempt.filter(() => dice.chance(0.6)).map((user) => ({ user })),
    ...apps.exempt
      .filter(() => dice.chance(0.6))
      .map((app) => ({
        app: reference(dice, app),
        user: users.none.length > 0 ? dice.maybe(0.5, () => dice.pick(users.none)) : undefined,
      })),
  ].map((who) => ({
    ...who,
    reason: "Migrating",
    owner: "it@acme.example",
    expires: dayAfter(asOf, dice.pick([-2, -1, 0, 1, 13, 14, 15, 20, 60, 179])),
  }));
  return made.length === 0 ? undefined : made;
}

function generateExceptions({ dice, users, apps, asOf }: Cast): Data[] {
  const app = dice.maybe(0.6, () =>
    reference(
      dice,
      dice.pick([...apps.listed, ...apps.none, ...apps.exempt, ...apps.denied, ...apps.protected]),
    ),
  );
  const user =
    app === undefined || dice.chance(0.5)
      ? dice.pick([...users.none, ...users.exempt, ...users.protected, ...users.offboarded])
      : undefined;
  const reviewBy = dayAfter(asOf, dice.pick([-30, -1, 0, 1, 400]));
  return [{ app, user, reason: "Deploys every night", owner: "it@acme.example", reviewBy }];
}

function generateBaseline({ dice, org, asOf }: Cast): Data {
  const named = new Map(org.apps.map((app) => [app.id ?? app.name, app]));
  const grants = dice
    .some(org.grants, 0.3, 1)
    .filter(({ app }) => named.get(app)!.grantLabel === undefined)
    .map(({ username, app, createdAt }) => ({
      app: named.get(app)!.id ?? (/^0(H4|xI)/.test(app) ? { name: app } : app),
      user: dice.chance(0.01) ? "gone@acme.example" : variant(dice, username),
      granted: createdAt === null || dice.chance(0.3) ? undefined : createdAt,
    }));
  return {
    version: 1,
    expires: dayAfter(asOf, dice.pick([-1, 0, 30, 90, 90, 90])),
    written: dice.maybe(0.97, () => dayAfter(asOf, dice.chance(0.03) ? 1 : -dice.pick([0, 7, 60, 365]))),
    grants: grants.filter(
      (grant, i) =>
        grants.findIndex((one) => JSON.stringify(one) === JSON.stringify(grant)) === i || dice.chance(0.05),
    ),
  };
}

/** Without the keys that are undefined, and without maps and lists that have nothing left. */
function strip(value: Data): Data {
  const inner = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(inner);
    if (typeof one !== "object" || one === null) return one;
    const kept = Object.entries(one)
      .map(([key, below]) => [key, inner(below)] as const)
      .filter(([, below]) => below !== undefined);
    return kept.length === 0 ? undefined : Object.fromEntries(kept);
  };
  const { apps, ...rest } = value;
  return { ...(inner(rest) as Data), ...(apps === undefined ? {} : { apps: inner(apps) }) };
}
