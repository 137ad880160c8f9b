import type { LocalOrg, OrgFixture } from "salesforce-local-org";
import { sfId } from "../../test/inventories.ts";

const DAY = 86_400_000;

const APPS = {
  desk: { id: sfId("0H4", 1), name: "Service Desk", inAppMenu: true },
  retired: { id: sfId("0H4", 2), name: "Retired Loader", inAppMenu: true },
  renamed: { id: sfId("0H4", 3), name: "Renamed Dialer", inAppMenu: true, grantLabel: "Dialer (old name)" },
  idle: { id: sfId("0H4", 4), name: "Seldom Used", inAppMenu: true },
  own: { id: sfId("0H4", 5), name: "sanctioned", inAppMenu: true },
  loose: { id: null, name: "Loose Tool", inAppMenu: false },
  portal: { id: sfId("0xI", 1), name: "Partner Portal", inAppMenu: true },
  field: { id: sfId("0xI", 2), name: "Field Service", inAppMenu: false },
  clinic: { id: sfId("0xI", 4), name: "Clinic Sync", inAppMenu: false },
  batch: { id: sfId("0H4", 6), name: "Night Batch", inAppMenu: true },
  quiet: { id: sfId("0xI", 3), name: "Quiet Importer", inAppMenu: true },
} as const;
type AppName = keyof typeof APPS;

/** The apps that the policy below lists. */
const LISTED: readonly AppName[] = ["desk", "idle", "portal", "clinic"];
const MAX_IDLE_DAYS = 90;

export const BOT = "bot@variants.example";
const GUARD = "guard@variants.example";
const LEAVER = "leaver@variants.example";
const [ANN, BEN, CAT, DAN] = ["ann", "ben", "cat", "dan"].map((name) => `${name}@variants.example`) as [
  string,
  string,
  string,
  string,
];

const PROVIDER = { id: sfId("0SO", 1), name: "Corporate Login" };

/** What the tool is asked for in every variant. @param judgesLinks whether that is asked of links to identity providers too */
export const policyText = (judgesLinks: boolean): string => `version: 1
unlisted: revoke
platformApps: revoke
limits: { revocations: 100000, percent: 100 }
protected: { users: [${GUARD}] }
apps:
${LISTED.map((name) => `  - { id: ${APPS[name].id}, users: everyone${name === "idle" ? `, maxIdleDays: ${MAX_IDLE_DAYS}` : ""} }`).join("\n")}
${judgesLinks ? `identityProviders:\n  - { id: ${PROVIDER.id}, users: everyone }\n` : ""}`;

/** A grant that is there, as the local org keeps it. */
export interface TrueGrant {
  readonly username: string;
  /** Id, or name for an app that has none. */
  readonly app: string;
  readonly lastUsedAt: number | null;
}

/** Whether that policy takes a grant away, said a second time: by this org's own words, and not by the tool's. */
export function goes({ username, app, lastUsedAt }: TrueGrant, now: number): boolean {
  if (username === BOT || username === GUARD || app === APPS.own.id) return false;
  if (username === LEAVER || !LISTED.some((name) => APPS[name].id === app)) return true;
  return app === APPS.idle.id && lastUsedAt !== null && lastUsedAt < now - MAX_IDLE_DAYS * DAY;
}

/** As `goes`, of a link to an identity provider, where the policy judges those and the org lets them be deleted. */
export function linkGoes({ username }: Pick<TrueGrant, "username">): boolean {
  return username === LEAVER;
}

/** What a caller may be without. */
const PERMISSIONS = [
  "ApiEnabled",
  "ViewSetup",
  "ManageUsers",
  "CustomizeApplication",
  "ExternalClientAppViewer",
  "ModifyMetadata",
];

/**
 * A small org that has something of everything that the tool reads.
 * @param now milliseconds since the epoch
 * @param options `filler` is how many grants of a listed app there are besides; `without` what the caller may not
 */
export function variantOrg(
  now: number,
  { filler = 0, without = [] }: { readonly filler?: number; readonly without?: readonly string[] } = {},
): OrgFixture {
  const crowd = Array.from({ length: Math.ceil(filler / 50) }, (_, i) => `crowd${i}@variants.example`);
  const staff = { profile: "Staff", isActive: true, userType: "Standard" };
  const users = [BOT, GUARD, LEAVER, ANN, BEN, CAT, DAN, ...crowd].map((username, i) => ({
    ...{ id: sfId("005", i + 1), username, name: username.split("@")[0]!, ...staff },
    ...(username === BOT ? { profile: "Bot" } : {}),
    ...(username === LEAVER ? { isActive: false } : {}),
  }));
  // No two grants are made at one instant, so that a time tells which is meant.
  let made = 0;
  const grant = (username: string, app: AppName, usedDaysAgo: number | null = 2) => ({
    username,
    app: APPS[app].id ?? APPS[app].name,
    createdAt: at(now - 900 * DAY + ++made * 61_000),
    lastUsedAt: usedDaysAgo === null ? null : at(now - usedDaysAgo * DAY),
    useCount: 3,
  });
  return {
    organization: { id: sfId("00D", 14), name: "Variants", isSandbox: true },
    caller: BOT,
    profiles: [
      { id: sfId("00e", 1), name: "Bot", permissions: PERMISSIONS.filter((name) => !without.includes(name)) },
      { id: sfId("00e", 2), name: "Staff", permissions: ["ApiEnabled"] },
    ],
    permissionSets: [],
    users,
    apps: Object.values(APPS).map((app) => ({
      ...app,
      ...(app === APPS.batch
        ? { standingAccess: [{ kind: "jwt" as const, runAs: ANN, lastLoginAt: at(now - DAY) }] }
        : {}),
    })),
    grants: [
      ...[GUARD, BOT, ANN].flatMap((username) => [grant(username, "retired"), grant(username, "field")]),
      ...[grant(ANN, "retired", null), grant(ANN, "loose"), grant(ANN, "portal"), grant(ANN, "own")],
      ...[grant(BEN, "renamed"), grant(BEN, "desk"), grant(BEN, "idle", 200), grant(BEN, "field", null)],
      ...[grant(CAT, "idle"), grant(CAT, "portal", 400), { ...grant(CAT, "loose"), createdAt: null }],
      ...[
        grant(DAN, "field"),
        grant(DAN, "field"),
        grant(DAN, "clinic"),
        grant(LEAVER, "desk"),
        grant(LEAVER, "portal"),
      ],
      ...Array.from({ length: filler }, (_, i) => grant(crowd[i % crowd.length]!, "desk")),
    ],
    sessions: [
      { username: ANN, app: APPS.retired.name, createdAt: at(now - DAY) },
      { username: BEN, app: APPS.desk.name, createdAt: at(now - DAY) },
      { username: BEN, app: null, createdAt: at(now - DAY) },
    ],
    authProviders: [PROVIDER],
    thirdPartyAccountLinks: [
      { username: ANN, provider: PROVIDER.name },
      { username: LEAVER, provider: "A provider of old" },
    ],
  };
}

/** A user who is to lose an app authorizes it again: the same access, under another date. */
export function grantAgain({ store }: LocalOrg): void {
  const row = store.grants().find((one) => store.username(one) === ANN && one.AppName === APPS.retired.name)!;
  store.revoke(String(row.DeleteToken));
  authorize(store, ANN);
}

/** The tokens of a user who is to lose an app are rotated, as an app that is in use does by itself. */
export function rotateOne({ store }: LocalOrg): void {
  store.rotate(ANN, APPS.retired.id);
}

/** A user whom nobody knew to have an app authorizes it: that was not approved to go. */
export function grantAnew({ store }: LocalOrg): void {
  authorize(store, CAT);
}

function authorize(store: LocalOrg["store"], username: string): void {
  const now = Date.now();
  store.authorize({ username, app: APPS.retired.id, createdAt: now, lastUsedAt: now, useCount: 1 });
}

function at(time: number): string {
  return new Date(Math.floor(time / 1000) * 1000).toISOString();
}
