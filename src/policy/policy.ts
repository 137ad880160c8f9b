import { printable } from "../printable.ts";
import type { Problem } from "./problem.ts";

/** A place in a policy. Line and column count from 1; line 0 means that `file` says it all (an inline policy). */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A name in the policy and where it stands. */
export interface Named {
  readonly value: string;
  readonly position: Position;
}

/** Who is in scope of an app: everyone, or whoever is named or has one of the profiles. */
export interface UserSelector {
  readonly everyone: boolean;
  readonly usernames: readonly Named[];
  readonly profiles: readonly Named[];
  readonly position: Position;
}

/** A sanctioned app. At least one of `id` and `name` is there. */
export interface AppRule {
  /** 18 characters. */
  readonly id: Named | null;
  readonly name: Named | null;
  readonly owner: string | null;
  readonly reason: string | null;
  readonly users: UserSelector;
  readonly position: Position;
}

/** A policy that is right in itself; `resolvePolicy` holds its names against an org. */
export interface Policy {
  readonly file: string;
  readonly org: { readonly name: Named | null; readonly id: Named | null } | null;
  readonly unlisted: "revoke" | "report";
  readonly unlistedPosition: Position;
  readonly apps: readonly AppRule[];
  /** A problem at a place in this policy, with the source line for the message. */
  readonly problemAt: (position: Position, message: string, remedy: string) => Problem;
}

/**
 * The policy as Pulumi keeps and diffs it: maps in place of lists, which the engine would compare by
 * index, and no positions, so that moving a line is no change.
 */
export function summarizePolicy(policy: Policy): Record<string, unknown> {
  const apps = policy.apps.map(({ id, name, owner, reason, users }): [string, unknown] => [
    key(name?.value, id?.value),
    {
      ...(owner === null ? {} : { owner: printable(owner) }),
      ...(reason === null ? {} : { reason: printable(reason) }),
      users: users.everyone
        ? "everyone"
        : {
            ...(users.profiles.length > 0 ? { profiles: presence(users.profiles) } : {}),
            ...(users.usernames.length > 0 ? { usernames: presence(users.usernames) } : {}),
          },
    },
  ]);
  return {
    unlisted: policy.unlisted,
    apps: Object.fromEntries(apps.sort(([a], [b]) => (a < b ? -1 : 1))),
    ...(policy.org === null
      ? {}
      : {
          org: {
            ...(policy.org.name ? { name: printable(policy.org.name.value) } : {}),
            ...(policy.org.id ? { id: policy.org.id.value } : {}),
          },
        }),
  };
}

/** The key of an app; one that starts with `__` would be the engine's own. */
function key(name: string | undefined, id: string | undefined): string {
  const text = name === undefined ? id! : id === undefined ? name : `${name} (${id})`;
  return printable(text.startsWith("__") ? `app ${text}` : text);
}

/** Quoted where it holds a comma or a quote, so that two different lists never look the same. */
function presence(names: readonly Named[]): string {
  return names
    .map(({ value }) => printable(/[",]/.test(value) ? JSON.stringify(value) : value))
    .sort()
    .join(", ");
}
