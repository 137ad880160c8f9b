import { foldName } from "../names.ts";
import { type AppId, parseUserId, type UserId } from "../salesforce/id.ts";
import { STANDING_SOURCES, type StandingSource } from "../standing.ts";
import { compareText } from "../text.ts";
import type { Instant } from "../time.ts";
import type { App, Grant, StandingAccess, StandingAccessList, User } from "./inventory.ts";
import { kindOfLogin } from "./loginKinds.ts";
import type {
  ClientCredentialsApp,
  LoginRow,
  PreauthorizedApp,
  SessionRow,
  StandingRows,
} from "./standingSources.ts";

/** What standing access is told from beside what was read of it. */
export interface StandingBasis {
  readonly apps: readonly App[];
  readonly grants: readonly Grant[];
  readonly users: ReadonlyMap<UserId, User>;
  /** The ids of the apps that go by a name. */
  readonly idsOf: (name: string) => readonly AppId[];
}

/** An app as far as it can be told. */
type Told = Pick<StandingAccess, "app" | "name" | "couldBe">;

/** What lets apps and people in without a grant that was counted, by kind, app and user. Pure. */
export function standingAccessOf(read: StandingRows, basis: StandingBasis): StandingAccessList {
  const { days, readings } = read;
  // An org can have a million grants: those of who was not seen are not looked at.
  const seen = new Set([...read.logins, ...read.sessions].map(({ userId }) => userId));
  const teller = new AppTeller(basis, seen);
  const entries = new Entries();
  for (const login of read.logins) addLogin(login, teller, entries);
  for (const session of read.sessions) addSession(session, teller, entries);
  for (const setting of read.clientCredentials) addSetting(setting, teller, basis.users, entries);
  for (const access of read.preauthorized) addPreauthorized(access, teller, entries);
  return { days, entries: entries.all(), readings };
}

function addLogin(login: LoginRow, teller: AppTeller, entries: Entries): void {
  const kind = kindOfLogin(login);
  const userId = login.userId;
  if (kind === null || userId === null) return;
  const told =
    kind === "single-sign-on" ? teller.provider(login.serviceId) : teller.called(login.application);
  // Where a user approved the app, a flow that leaves no trace of its own needs that grant, and goes with it.
  if ((kind === "unnamed-flow" || kind === "single-sign-on") && teller.holdsGrant(userId, told)) return;
  entries.add({ kind, ...told, userId, through: [], lastSeen: login.at }, "logins");
}

function addSession({ userId, at, login }: SessionRow, teller: AppTeller, entries: Entries): void {
  if (userId === null) return;
  const told = teller.called(login?.application ?? null);
  const kind = (login === null ? null : kindOfLogin(login)) ?? "session";
  if ((kind === "session" || kind === "unnamed-flow") && teller.holdsGrant(userId, told)) return;
  entries.add({ kind, ...told, userId, through: [], lastSeen: login?.at ?? at }, "sessions");
}

function addSetting(
  { id, name, runAs }: ClientCredentialsApp,
  teller: AppTeller,
  users: ReadonlyMap<UserId, User>,
  entries: Entries,
): void {
  const userId = runAs === null ? null : userOf(runAs, users);
  const told = teller.ofId(id, name);
  entries.add({ kind: "client-credentials", ...told, userId, through: [], lastSeen: null }, "app-settings");
}

function addPreauthorized({ id, through }: PreauthorizedApp, teller: AppTeller, entries: Entries): void {
  const told = teller.ofId(id, null);
  entries.add(
    { kind: "pre-authorized", ...told, userId: null, through: [through], lastSeen: null },
    "pre-authorized-apps",
  );
}

/** The user that a setting names, by username or by id. */
function userOf(named: string, users: ReadonlyMap<UserId, User>): UserId | null {
  const id = parseUserId(named);
  if (id !== null) return id;
  const username = named.toLowerCase();
  return [...users.values()].find((user) => user.username.toLowerCase() === username)?.id ?? null;
}

/** Says which app a login, a session or a setting means. */
class AppTeller {
  readonly #byId: ReadonlyMap<string, App>;
  /** Apps without an id, by their folded names. */
  readonly #byName: ReadonlyMap<string, App>;
  readonly #idsOf: StandingBasis["idsOf"];
  /** Users with a grant, by the key and by the folded names of its app. */
  readonly #holders = new Map<string, Set<UserId>>();

  /** @param seen the users whose grants may be asked about */
  constructor({ apps, grants, idsOf }: StandingBasis, seen: ReadonlySet<UserId | null>) {
    this.#idsOf = idsOf;
    this.#byId = new Map(apps.flatMap((app) => (app.id === null ? [] : [[app.id as string, app] as const])));
    this.#byName = new Map(
      // No app is a provider of the same name.
      apps.flatMap((app) =>
        app.id === null && app.kind !== "identity-provider" ? [[foldName(app.name), app] as const] : [],
      ),
    );
    const keysOf = new Map(apps.map((app) => [app.key, [app.key, ...namesOf(app)]] as const));
    for (const { userId, app } of grants) {
      if (!seen.has(userId)) continue;
      for (const key of keysOf.get(app.key) ?? [app.key]) {
        const holders = this.#holders.get(key);
        if (holders === undefined) this.#holders.set(key, new Set([userId]));
        else holders.add(userId);
      }
    }
  }

  /** The app that a login or a session calls by a name: the one that goes by it, where only one does. */
  called(name: string | null): Told {
    if (name === null) return { app: null, name: null, couldBe: [] };
    const couldBe = this.#idsOf(name);
    if (couldBe.length > 1) return { app: null, name, couldBe };
    const [only] = couldBe;
    const app = only === undefined ? this.#byName.get(foldName(name)) : this.#byId.get(only);
    return { app: app ?? null, name, couldBe: [] };
  }

  ofId(id: string, name: string | null): Told {
    const app = this.#byId.get(id);
    return { app: app ?? null, name: app?.name ?? name ?? id, couldBe: [] };
  }

  /** The identity provider of a single sign-on. */
  provider(id: string | null): Told {
    return id === null ? { app: null, name: null, couldBe: [] } : this.ofId(id, null);
  }

  /** Whether a user holds a grant of the app, or of one that it could be. */
  holdsGrant(userId: UserId, { app, name, couldBe }: Told): boolean {
    const keys = [
      ...(app === null ? [] : [app.key]),
      ...couldBe,
      ...(name === null ? [] : [`called ${foldName(name)}`]),
    ];
    return keys.some((key) => this.#holders.get(key)?.has(userId) === true);
  }
}

/** What a login may call an app: its names, each so that none is taken for a key. */
function namesOf({ name, namesWithoutId = [] }: App): string[] {
  return [name, ...namesWithoutId].map((one) => `called ${foldName(one)}`);
}

/** Entries by what they are: each way in once, with all that shows it. */
class Entries {
  readonly #byKey = new Map<string, StandingAccess>();

  add(found: Omit<StandingAccess, "knownBy">, source: StandingSource): void {
    const { kind, app, name, userId } = found;
    const key = JSON.stringify([kind, app?.key ?? null, app === null ? foldName(name ?? "") : null, userId]);
    const known = this.#byKey.get(key);
    const sources = new Set([...(known?.knownBy ?? []), source]);
    this.#byKey.set(key, {
      ...(known ?? found),
      lastSeen: later(known?.lastSeen ?? null, found.lastSeen),
      through: [...new Set([...(known?.through ?? []), ...found.through])].sort(compareText),
      knownBy: STANDING_SOURCES.filter((one) => sources.has(one)),
    });
  }

  /** In an order that does not depend on the org's. */
  all(): StandingAccess[] {
    return [...this.#byKey].sort(([a], [b]) => compareText(a, b)).map(([, entry]) => entry);
  }
}

function later(one: Instant | null, other: Instant | null): Instant | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
