import { Ajv } from "ajv";
import { toId18 } from "../inventory/id.ts";
import { printable } from "../printable.ts";
import { parseSource } from "./document.ts";
import type { AppRule, Named, Policy, Position, UserSelector } from "./policy.ts";
import type { Problem } from "./problem.ts";
import { type PolicyFile, PolicySchema } from "./schema.ts";
import { objectSource, type Path, type Source } from "./source.ts";
import { schemaProblems } from "./violation.ts";

const matchesSchema = new Ajv({ allErrors: true, verbose: true, strict: true }).compile<PolicyFile>(
  PolicySchema,
);

/** Either a policy, or everything that is wrong with it. */
export type PolicyResult = { readonly policy: Policy } | { readonly problems: readonly Problem[] };

/** Reads a policy from the text of a file. Pure; `file` is only for messages. */
export function parsePolicy(text: string, file: string): PolicyResult {
  const parsed = parseSource(text.replace(/^\uFEFF/, ""), file);
  return "problems" in parsed ? parsed : fromSource(parsed.source, file);
}

/** Takes a policy from an object in a program. `origin` stands where a file name would. */
export function policyFromObject(value: unknown, origin: string): PolicyResult {
  return fromSource(objectSource(value, origin), origin);
}

function fromSource(source: Source, file: string): PolicyResult {
  if (!matchesSchema(source.data)) return { problems: schemaProblems(source, matchesSchema.errors ?? []) };
  const policy = normalize(source, source.data, file);
  const problems = contradictions(policy);
  return problems.length > 0 ? { problems } : { policy };
}

function normalize(source: Source, data: PolicyFile, file: string): Policy {
  const named = (value: string | undefined, path: Path): Named | null =>
    value === undefined ? null : { value, position: source.position(path) };
  const id = (value: string | undefined, path: Path) =>
    named(value === undefined ? value : toId18(value), path);
  return {
    file,
    org:
      data.org === undefined
        ? null
        : { name: named(data.org.name, ["org", "name"]), id: id(data.org.id, ["org", "id"]) },
    unlisted: data.unlisted,
    unlistedPosition: source.keyPosition(["unlisted"]),
    apps: data.apps.map(
      (app, i): AppRule => ({
        id: id(app.id, ["apps", i, "id"]),
        name: named(app.name, ["apps", i, "name"]),
        owner: app.owner ?? null,
        reason: app.reason ?? null,
        users: selector(source, app.users, ["apps", i, "users"]),
        position: source.position(["apps", i]),
      }),
    ),
    problemAt: source.problemAt,
  };
}

function selector(source: Source, users: PolicyFile["apps"][number]["users"], path: Path): UserSelector {
  const names = (list: readonly string[] | undefined, key: string): Named[] =>
    (list ?? []).map((value, i) => ({ value, position: source.position([...path, key, i]) }));
  const listed = users === "everyone" ? {} : users;
  return {
    everyone: users === "everyone",
    usernames: names(listed.usernames, "usernames"),
    profiles: names(listed.profiles, "profiles"),
    position: source.keyPosition(path),
  };
}

/** What a schema cannot say: an app without name and id, and the same thing twice. */
function contradictions(policy: Policy): Problem[] {
  const problems: Problem[] = [];
  const once = (what: string, names: readonly (Named | null)[], form = (value: string) => value) => {
    const seen = new Map<string, Position>();
    for (const name of names) {
      if (name === null) continue;
      const first = seen.get(form(name.value));
      if (first === undefined) seen.set(form(name.value), name.position);
      else
        problems.push(
          policy.problemAt(
            name.position,
            `the ${what} "${printable(name.value)}" is listed twice`,
            `keep one of the two (the first is ${place(first)})`,
          ),
        );
    }
  };
  for (const { id, name, position } of policy.apps) {
    if (id === null && name === null)
      problems.push(
        policy.problemAt(
          position,
          "an app has neither name nor id",
          "give its id (0H4… or 0xI…), its name, or both",
        ),
      );
  }
  once(
    "app id",
    policy.apps.map(({ id }) => id),
  );
  // Two registered apps may share a name; without ids nothing tells them apart.
  once(
    "app name",
    policy.apps.filter(({ id }) => id === null).map(({ name }) => name),
  );
  for (const { users } of policy.apps) {
    once("username", users.usernames, (value) => value.toLowerCase());
    once("profile", users.profiles);
  }
  return problems;
}

function place({ file, line }: Position): string {
  return line === 0 ? file : `in line ${line}`;
}
