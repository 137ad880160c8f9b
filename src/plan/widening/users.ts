import { isSameData } from "../../collections.ts";
import type { Said } from "./found.ts";
import { namesText } from "./found.ts";
import { judgeMap, USER_LISTS } from "./keys.ts";

type UserMap = Readonly<Record<string, Said>> & { readonly except?: Said };

/**
 * In which words a selector of users means more of them; nothing where it cannot. Without regard to an org: a list that is longer
 * may mean nobody more there. @param prefix of the entry's keys, as `apps[].`
 */
export function moreUsers(prefix: string, base: Said, head: Said): string[] {
  if (isSameData(base, head) || head === "nobody") return [];
  const [old, now] = [mapOf(base), mapOf(head)];
  const excepted = judgeMap(`${prefix}users.except.`, old.except ?? {}, now.except ?? {}, "").map(
    ({ what }) => what,
  );
  const everyone = now.everyone === true && old.everyone !== true;
  if (everyone && now.except === undefined) return ["for everyone"];
  // Whoever is listed was meant already where everybody was.
  const listed =
    old.everyone === true
      ? []
      : judgeMap(`${prefix}users.`, old, now, "", ["except", "everyone"]).map(({ what }) => what);
  return [...(everyone ? [`for ${usersText(head)}`] : listed), ...excepted];
}

function mapOf(users: Said): UserMap {
  if (users === "everyone") return { everyone: true };
  return typeof users === "object" && users !== null ? (users as UserMap) : {};
}

/** Whom a selector means, as in "everyone but users "ann@…"". Untrusted text. */
export function usersText(users: Said): string {
  if (users === "nobody") return "nobody";
  const map = mapOf(users);
  const lists = (from: Readonly<Record<string, Said>>) =>
    Object.entries(USER_LISTS).flatMap(([key, what]) => {
      const names = from[key];
      return Array.isArray(names) ? [`${what} ${namesText(names as string[])}`] : [];
    });
  const some = map.everyone === true ? ["everyone"] : lists(map);
  const except = map.except === undefined ? [] : lists(map.except as Readonly<Record<string, Said>>);
  return `${some.join(", ")}${except.length === 0 ? "" : ` but ${except.join(", ")}`}`;
}

/** Whether a selector means every user. */
export function isEveryone(users: Said): boolean {
  const { everyone, except } = mapOf(users);
  return everyone === true && except === undefined;
}
