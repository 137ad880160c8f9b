import { foldName } from "../names.ts";
import { type AppId, appIdOf } from "../salesforce/id.ts";
import { compareText } from "../text.ts";
import type { App } from "./inventory.ts";

/** What a row of ThirdPartyAccountLink says of its provider. */
export interface ProviderRow {
  /** Null where the provider may not be seen (docs/salesforce.md#links-to-identity-providers), or is gone. */
  readonly SsoProviderId: string | null;
  readonly SsoProviderName: string | null;
  /** The kind of account, such as `Google`. */
  readonly Provider: string | null;
}

/** A provider that the org has set up: AuthProvider. */
export interface AuthProviderRow {
  readonly Id: string;
  readonly FriendlyName: string | null;
}

/**
 * The identity providers of an org and of its links, as apps. A link that names no id is of the provider of that name where
 * the org has told all of its providers and one of them has it; else it is of one that has a name alone, and of which it is
 * said which providers it could be.
 * @param setUp the org's own; null where they may not be read
 */
export function identityProviders(
  setUp: readonly AuthProviderRow[] | null,
  rows: readonly ProviderRow[],
): App[] {
  const names = namesById(rows);
  const providers = withIds(setUp ?? [], names);
  const unnamed = new Set(rows.filter(({ SsoProviderId }) => SsoProviderId === null).map(nameOf));
  const alone: App[] = [];
  for (const name of [...unnamed].sort(compareText)) {
    const goesBy = ({ id, name: own }: App) =>
      [own, ...(names.get(id!) ?? [])].some((other) => isSame(name, other));
    const couldBe = [...providers.values()].filter(goesBy).map(({ id }) => id!);
    const only = setUp !== null && couldBe.length === 1 ? providers.get(couldBe[0]!) : undefined;
    if (only !== undefined)
      providers.set(only.id!, { ...only, namesWithoutId: [...(only.namesWithoutId ?? []), name] });
    else
      alone.push({
        ...providerOf(null, name),
        ...(couldBe.length === 0 ? {} : { couldBe: couldBe.sort(compareText) }),
      });
  }
  return [...providers.values(), ...alone];
}

/** What the links call each provider of which they name the id. */
function namesById(rows: readonly ProviderRow[]): Map<AppId, Set<string>> {
  const names = new Map<AppId, Set<string>>();
  for (const { SsoProviderId, SsoProviderName } of rows) {
    if (SsoProviderId === null) continue;
    const id = appIdOf(SsoProviderId);
    const known = names.get(id) ?? new Set();
    if (SsoProviderName) known.add(SsoProviderName);
    names.set(id, known);
  }
  return names;
}

/** The providers with an id, those that the org has set up by the names that it gives them. */
function withIds(
  setUp: readonly AuthProviderRow[],
  names: ReadonlyMap<AppId, ReadonlySet<string>>,
): Map<AppId, App> {
  const known = new Map(setUp.map(({ Id, FriendlyName }) => [appIdOf(Id), FriendlyName]));
  return new Map(
    [...new Set([...known.keys(), ...names.keys()])].map((id) => {
      const name = known.get(id) ?? [...(names.get(id) ?? [])].sort(compareText)[0];
      return [id, providerOf(id, name ?? "")];
    }),
  );
}

/** Finds the provider of a row among those of an inventory; undefined for one that is none of them. */
export function providerFinder(apps: Iterable<App>): (row: ProviderRow) => App | undefined {
  const byId = new Map<AppId, App>();
  const byName = new Map<string, App>();
  for (const app of apps) {
    if (app.kind !== "identity-provider") continue;
    if (app.id === null) byName.set(app.name, app);
    else byId.set(app.id, app);
    for (const name of app.namesWithoutId ?? []) byName.set(name, app);
  }
  return (row) =>
    row.SsoProviderId === null ? byName.get(nameOf(row)) : byId.get(appIdOf(row.SsoProviderId));
}

function providerOf(id: AppId | null, name: string): App {
  return { key: id ?? `provider:${name}`, id, name, kind: "identity-provider", adminApprovedOnly: null };
}

function nameOf({ SsoProviderName, Provider }: ProviderRow): string {
  return SsoProviderName ?? Provider ?? "";
}

function isSame(one: string, other: string): boolean {
  return one !== "" && foldName(one) === foldName(other);
}
