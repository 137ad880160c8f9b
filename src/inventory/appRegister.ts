import { foldName, namedSo } from "../names.ts";
import { type AppId, appIdOf } from "../salesforce/id.ts";
import { compareText } from "../text.ts";
import type { App, Grant } from "./inventory.ts";

type Unfinished<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * Finds the app of a grant: the one whose id its AppMenuItem names. Grants without an id
 * (docs/salesforce.md#names-and-ids-of-apps) are known by their name alone until every grant is read; `settle` then
 * says whose they are.
 */
export class AppRegister {
  readonly #byId = new Map<AppId, Unfinished<App>>();
  /** The apps of grants without an id, by the name that these give. */
  readonly #byName = new Map<string, Unfinished<App>>();
  /** Those of them of which it is still to be said whose the grants are. */
  readonly #open = new Set<Unfinished<App>>();
  /** Every name by which an app with an id goes. */
  readonly #called = new Map<string, Set<AppId>>();
  /** The apps that are not registered, with the names that their grants give. */
  readonly #onlySeen = new Map<AppId, Set<string>>();
  /** The apps whose id grants name. */
  readonly #naming = new Set<AppId>();

  /** @param known registered apps, or those of an inventory with its grants, which are found as they were found then */
  constructor(known: Iterable<App>, grants: Iterable<Grant> = []) {
    for (const given of known) {
      if (given.kind === "identity-provider") continue; // a link is no grant of an app of its provider's name
      const app = { ...given };
      if (app.id === null) this.#byName.set(app.name, app);
      else {
        this.#byId.set(app.id, app);
        this.#call(app.id, app.name);
        for (const name of app.namesWithoutId ?? []) this.#byName.set(name, app);
      }
    }
    for (const { app, source } of grants)
      if (app.id !== null && source === undefined && app.namesWithoutId === undefined)
        this.#naming.add(app.id);
  }

  /** Another name of a registered app, such as its label in the app menu. */
  alsoCalled(id: AppId, name: string): void {
    this.#call(id, name);
  }

  /** The app of a row of OauthToken; always the same object for the same app. */
  find(applicationId: string | null | undefined, name: string | null): App {
    if (!applicationId) return this.#withoutId(name ?? "");
    const id = appIdOf(applicationId);
    this.#naming.add(id);
    return this.#withId(id, name);
  }

  /** The app of an entry in the usage resources: whether its grants name its id does not show there. */
  inUsage(identifier: string, name: string | null): App {
    return this.#withId(appIdOf(identifier), name);
  }

  /**
   * Says whose the grants without an id are, once all are read, and gives them to those apps. They are of the app
   * of that name where nothing else can be meant: not where several have the name, nor where it is a connected app
   * whose own grants name its id, for then a grant without one may be of a stranger of the same name. What could
   * be the tool's own app is never taken for it. What was settled before stays.
   * @param own ids of the tool's own apps
   */
  settle(grants: Grant[], own: ReadonlySet<AppId>): void {
    for (const [id, names] of this.#onlySeen) {
      const [name] = [...names].sort(compareText);
      if (name !== undefined) this.#byId.get(id)!.name = name;
    }
    const theirs = new Map<App, App>();
    for (const app of this.#open) {
      const couldBe = [...(this.#called.get(app.name) ?? [])].sort(compareText);
      const [only] = couldBe;
      if (only === undefined) continue;
      if (couldBe.length > 1 || own.has(only) || this.#saysItsId(only)) app.couldBe = couldBe;
      else theirs.set(app, this.#standsFor(app.name, only));
    }
    this.#open.clear();
    if (theirs.size === 0) return;
    grants.forEach((grant, i) => {
      const app = theirs.get(grant.app);
      if (app !== undefined) grants[i] = { ...grant, app };
    });
  }

  /** The ids of all apps that go by a name, exactly or else folded. */
  idsOf(name: string): AppId[] {
    const names = namedSo(name, [...this.#called.keys()], (one) => one);
    return [...new Set(names.flatMap((one) => [...this.#called.get(one)!]))].sort(compareText);
  }

  /** The keys of the apps that go by each name that is known, folded. */
  keysByName(): Map<string, Set<string>> {
    const keys = new Map<string, Set<string>>();
    const call = (name: string, key: string) => {
      const folded = foldName(name);
      if (folded === "") return;
      const known = keys.get(folded);
      if (known === undefined) keys.set(folded, new Set([key]));
      else known.add(key);
    };
    for (const [name, ids] of this.#called) for (const id of ids) call(name, id);
    for (const [name, { key }] of this.#byName) call(name, key);
    return keys;
  }

  /** Every registered app, and those that only a grant named. */
  all(): App[] {
    return [...new Set([...this.#byId.values(), ...this.#byName.values()])];
  }

  #withId(id: AppId, name: string | null): App {
    const known = this.#byId.get(id);
    if (known === undefined) this.#onlySeen.set(id, new Set());
    const app = known ?? { key: id, id, name: name ?? "", kind: kindOf(id), adminApprovedOnly: null };
    if (known === undefined) this.#byId.set(id, app);
    if (name) this.#call(id, name);
    return app;
  }

  #withoutId(name: string): App {
    let app = this.#byName.get(name);
    if (app === undefined) {
      app = { key: `name:${name}`, id: null, name, kind: "unknown", adminApprovedOnly: null };
      this.#byName.set(name, app);
      if (name !== "") this.#open.add(app);
    }
    return app;
  }

  #call(id: AppId, name: string): void {
    const ids = this.#called.get(name);
    if (ids === undefined) this.#called.set(name, new Set([id]));
    else ids.add(id);
    this.#onlySeen.get(id)?.add(name);
  }

  /**
   * Whether the app's grants say its id: others do, or the app menu lists it, from where they have it. A list without any
   * of its grants must not make a stranger's grant its own. The rows of external client apps may lack the id though
   * others have it (docs/salesforce.md#external-client-apps).
   */
  #saysItsId(id: AppId): boolean {
    if (kindOf(id) === "external-client-app") return false;
    return this.#naming.has(id) || this.#byId.get(id)?.inAppMenu === true;
  }

  #standsFor(name: string, id: AppId): App {
    const app = this.#byId.get(id)!;
    app.namesWithoutId = [...(app.namesWithoutId ?? []), name].sort(compareText);
    this.#byName.set(name, app);
    return app;
  }
}

/** The kind of an app by its id's prefix (docs/salesforce.md#names-and-ids-of-apps). */
export function kindOf(id: AppId): App["kind"] {
  if (id.startsWith("0H4")) return "connected-app";
  return id.startsWith("0xI") ? "external-client-app" : "unknown";
}
