import { parseAppId } from "../salesforce/id.ts";
import type { ListedComponent } from "../salesforce/reader.ts";

/** The 18-character ids of apps by the one name that each has; a name that two have says nothing of either. */
export function idsByName(all: readonly ListedComponent[]): Map<string, string> {
  return new Map(
    [...saidOnce(all, ({ fullName }) => fullName)].flatMap(([name, one]) => {
      const id = parseAppId(one.id ?? "");
      return id === null ? [] : [[name, id] as const];
    }),
  );
}

/** What is said of each key, where it is said once: what is said twice says nothing. */
export function saidOnce<T>(all: readonly T[], keyOf: (one: T) => string | undefined): Map<string, T> {
  return new Map(
    [...Map.groupBy(all, keyOf)].flatMap(([key, [one, ...others]]) =>
      key === undefined || others.length > 0 ? [] : [[key, one!] as const],
    ),
  );
}

/**
 * The id of the external client app that a component is of. It names the app as the org's list of such apps does; one of a
 * package may leave out the namespace that it has itself.
 */
export function idOfApp(
  {
    fullName,
    externalClientApplication: name = "",
  }: { readonly fullName: string; readonly externalClientApplication?: string },
  ids: ReadonlyMap<string, string>,
): string | undefined {
  const namespace = /^(\w+?)__/.exec(fullName)?.[1];
  return ids.get(name) ?? (namespace === undefined ? undefined : ids.get(`${namespace}__${name}`));
}
