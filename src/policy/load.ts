import { Ajv, type ErrorObject } from "ajv";
import { toId18 } from "../inventory/id.ts";
import { printable } from "../printable.ts";
import { parseSource } from "./document.ts";
import { didYouMean } from "./nearest.ts";
import type { AppRule, Named, Policy, UserSelector } from "./policy.ts";
import type { Problem } from "./problem.ts";
import { type PolicyFile, PolicySchema } from "./schema.ts";
import { objectSource, type Path, pathText, type Source } from "./source.ts";

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
    const seen = new Set<string>();
    for (const name of names) {
      if (name === null) continue;
      if (seen.has(form(name.value)))
        problems.push(
          policy.problemAt(
            name.position,
            `the ${what} "${printable(name.value)}" is listed twice`,
            "keep one of the two",
          ),
        );
      seen.add(form(name.value));
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

function schemaProblems(source: Source, errors: readonly ErrorObject[]): Problem[] {
  const problems = new Map<string, Problem>();
  for (const error of errors) {
    const problem = schemaProblem(source, error);
    if (problem)
      problems.set(`${problem.file} ${problem.line}:${problem.column} ${problem.message}`, problem);
  }
  return [...problems.values()];
}

function schemaProblem(source: Source, error: ErrorObject): Problem | null {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  const name = path.length === 0 ? "the policy" : pathText(path);
  const at = source.position(path);
  const found = `found ${shown(error.data)}`;
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(error.params.additionalProperty);
      const known = Object.keys((error.parentSchema?.properties as object | undefined) ?? {});
      const where = path.length === 0 ? "" : ` in ${name}`;
      return source.problemAt(
        source.keyPosition([...path, key]),
        `unknown key "${printable(key)}"${where}`,
        didYouMean(key, known, `known here: ${known.join(", ")}`),
      );
    }
    case "required":
      return source.problemAt(
        at,
        `${name} has no "${error.params.missingProperty}"`,
        missingRemedy(String(error.params.missingProperty)),
      );
    case "type":
      // Inside a choice such as `users`, the choice itself is reported.
      if (/\/anyOf\/\d+\/type$/.test(error.schemaPath)) return null;
      return source.problemAt(
        at,
        `${name} must be ${article(String(error.params.type))}, ${found}`,
        typeRemedy(error.data),
      );
    case "const":
      if (/\/anyOf\/\d+\/const$/.test(error.schemaPath)) return null;
      return source.problemAt(
        at,
        `${name} must be ${JSON.stringify(error.params.allowedValue)}, ${found}`,
        "this release knows no other",
      );
    case "anyOf": {
      const choices = (error.schema as { const?: unknown; type?: string }[]).map((choice) =>
        choice.const === undefined ? "usernames and profiles" : `\`${choice.const}\``,
      );
      const tooNarrow = typeof error.data === "object" && error.data !== null && !Array.isArray(error.data);
      if (tooNarrow) return null; // the problem inside the object is reported by itself
      return source.problemAt(
        at,
        `${name} must be ${choices.join(" or ")}, ${found}`,
        typeRemedy(error.data),
      );
    }
    case "pattern":
      return source.problemAt(at, `${name} is no such id: ${shown(error.data)}`, idRemedy(path));
    case "minItems":
    case "minProperties":
    case "minLength":
      return source.problemAt(
        at,
        `${name} is empty`,
        path.at(-1) === "users" ? "write `users: everyone` or list some" : "fill it in or leave the key out",
      );
    default:
      return source.problemAt(
        at,
        `${name} ${error.message ?? "is not right"}, ${found}`,
        "see docs/policy.md",
      );
  }
}

function missingRemedy(key: string): string {
  const remedies: Record<string, string> = {
    version: "begin with `version: 1`",
    unlisted: "say `unlisted: revoke` or `unlisted: report`",
    apps: "list the sanctioned apps under `apps`, or write `apps: []`",
    users: "say who is in scope: `users: everyone`, or usernames or profiles",
  };
  return remedies[key] ?? "add it";
}

function idRemedy(path: Path): string {
  return path[0] === "org"
    ? "an org's id has 15 or 18 characters and starts with 00D"
    : "an app's id has 15 or 18 characters and starts with 0H4 (connected app) or 0xI (external client app)";
}

/** YAML turns unquoted words such as `true` and `12` into something else than text. */
function typeRemedy(data: unknown): string {
  return typeof data === "boolean" || typeof data === "number" || data === null
    ? "quote it if it is meant as text"
    : "see docs/policy.md";
}

function article(type: string): string {
  const names: Record<string, string> = { object: "a map", array: "a list", string: "text" };
  return names[type] ?? `a ${type}`;
}

function shown(value: unknown): string {
  const text = printable(JSON.stringify(value) ?? "nothing");
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
