import { type AppId, appIdOf } from "../salesforce/id.ts";
import type { App } from "./inventory.ts";

/**
 * Finds the app of a grant. By the id that its AppMenuItem names where there is one; else by name, if
 * exactly one registered app has it (an external client app's grants may come without the id,
 * docs/salesforce.md#names-and-ids-of-apps); else the app is known by its name alone.
 */
export class AppRegister {
  readonly #byId: Map<AppId, App>;
  readonly #byName: Map<string, App[]>;
  readonly #added = new Map<string, App>();

  constructor(registered: Iterable<App>) {
    const apps = [...registered].filter(({ id }) => id !== null);
    this.#byId = new Map(apps.map((app) => [app.id!, app]));
    this.#byName = Map.groupBy(apps, ({ name }) => name);
  }

  /** The app of a row of OauthToken; always the same object for the same app. */
  find(applicationId: string | null | undefined, name: string | null): App {
    if (applicationId) {
      const id = appIdOf(applicationId);
      return (
        this.#byId.get(id) ??
        this.#add({ key: id, id, name: name ?? "", kind: kindOf(id), adminApprovedOnly: null })
      );
    }
    const [only, ...others] = this.#byName.get(name ?? "") ?? [];
    if (only !== undefined && others.length === 0) return only;
    return this.#add({
      key: `name:${name ?? ""}`,
      id: null,
      name: name ?? "",
      kind: "unknown",
      adminApprovedOnly: null,
    });
  }

  /** Every registered app, and those that only a grant named. */
  all(): App[] {
    return [...this.#byId.values(), ...this.#added.values()];
  }

  #add(app: App): App {
    const known = this.#added.get(app.key);
    if (known) return known;
    this.#added.set(app.key, app);
    return app;
  }
}

/** The kind of an app by its id's prefix (docs/salesforce.md#names-and-ids-of-apps). */
export function kindOf(id: AppId): App["kind"] {
  if (id.startsWith("0H4")) return "connected-app";
  return id.startsWith("0xI") ? "external-client-app" : "unknown";
}
