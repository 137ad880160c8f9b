import { type AppId, refText } from "../salesforce/id.ts";
import type { Caller } from "../salesforce/org.ts";
import type { AppRegister } from "./appRegister.ts";
import { inventoryErrors } from "./errors.ts";

/**
 * The apps that the tool is connected through, by id: the one that the settings name, and the one that the session
 * shows. A name is that of an app with an id, and of one alone; else anybody could make an app the tool's own by
 * calling it so. What the session shows and no app has an id for is left out.
 * @throws SettingsError for a name or an id that the org does not have, or a name that several apps have
 */
export function ownApps({ sessionApp, namedApp }: Caller, register: AppRegister): AppId[] {
  const known = new Set(register.all().map(({ id }) => id));
  const own = new Set<AppId>();
  if (namedApp !== null) {
    const named =
      "id" in namedApp ? [namedApp.id].filter((id) => known.has(id)) : register.idsOf(namedApp.name);
    const text = refText(namedApp);
    if (named.length === 0) throw inventoryErrors["own-app-not-in-org"]();
    if (named.length > 1) throw inventoryErrors["own-app-ambiguous"]({ app: text, ids: named.join(", ") });
    own.add(named[0]!);
  }
  const shown = sessionApp === null ? [] : register.idsOf(sessionApp);
  if (shown.length > 1 && !shown.some((id) => own.has(id)))
    throw inventoryErrors["own-app-ambiguous"]({ app: sessionApp!, ids: shown.join(", ") });
  if (shown.length === 1) own.add(shown[0]!);
  return [...own];
}
