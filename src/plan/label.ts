import type { App, Inventory } from "../inventory/inventory.ts";
import type { UserId } from "../salesforce/id.ts";

/** A label that says more than a name. */
const NOT_THE_NAME =
  /^".*"$|^(app|user) without a name$|\(((identity provider, )?(no id|[A-Za-z0-9]{18})|identity provider)\)$/s;
/** A name that can be taken for an id, with 15 or 18 characters. */
const LIKE_AN_ID = /^(0H4|0xI|0SO|005)[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$/;
/** A blank at an end or two in a row would not be seen; and the engine keeps keys that start with `__` for itself. */
const NOT_SEEN = /^ | $| {2}|^__/;

/** A name that is read as nothing but a name. */
function named(kind: "app" | "user", name: string): string {
  if (name === "") return `${kind} without a name`;
  return [NOT_THE_NAME, LIKE_AN_ID, NOT_SEEN].some((not) => not.test(name)) ? `"${name}"` : name;
}

/**
 * The label of each user: the username, which is unique across Salesforce, or the id with it where an org says that
 * several users have one. Untrusted text. @param users of one org, each once
 */
export function userLabels(
  users: Iterable<{ readonly id: UserId; readonly username: string }>,
): ReadonlyMap<UserId, string> {
  const byName = Map.groupBy(users, ({ username }) => username);
  return new Map(
    [...byName].flatMap(([username, some]) =>
      some.map(({ id }) => [
        id,
        some.length === 1 ? named("user", username) : `${named("user", username)} (${id})`,
      ]),
    ),
  );
}

/**
 * One label for each app of an inventory, by `App.key`: its name, with the id added to each of several apps that share
 * one. An identity provider's says that it is one. No two apps have the same, and a name that reads like another's label is
 * quoted. Untrusted text: shown by `printable`, which keeps different labels different.
 */
export function appLabels(inventory: Pick<Inventory, "apps">): ReadonlyMap<string, string> {
  const byName = Map.groupBy(inventory.apps, (app) => JSON.stringify([isProvider(app), app.name]));
  return new Map(
    [...byName.values()].flatMap((apps) =>
      apps.map((app) => {
        const id = apps.length === 1 ? [] : [app.id ?? "no id"];
        const more = [...(isProvider(app) ? ["identity provider"] : []), ...id];
        return [app.key, `${named("app", app.name)}${more.length === 0 ? "" : ` (${more.join(", ")})`}`];
      }),
    ),
  );
}

function isProvider({ kind }: App): boolean {
  return kind === "identity-provider";
}
