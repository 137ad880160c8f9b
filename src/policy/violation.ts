import type { ErrorObject } from "ajv";
import { printable } from "../printable.ts";
import { didYouMean } from "./nearest.ts";
import type { Problem } from "./problem.ts";
import { type Path, pathText, type Source } from "./source.ts";

/** What ajv says about a policy, in a reader's words and at the place in the source. */
export function schemaProblems(source: Source, errors: readonly ErrorObject[]): Problem[] {
  const problems = new Map<string, Problem>();
  for (const error of errors) {
    const problem = schemaProblem(source, error);
    if (problem)
      problems.set(`${problem.file} ${problem.line}:${problem.column} ${problem.message}`, problem);
  }
  return [...problems.values()];
}

function schemaProblem(source: Source, error: ErrorObject): Problem | null {
  const path = pathOf(error.instancePath);
  const name = path.length === 0 ? "the policy" : pathText(path);
  const problem = (message: string, remedy: string) =>
    source.problemAt(source.position(path), message, remedy);
  const found = () => `found ${shown(source, path, error.data)}`;
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
      return problem(
        `${name} has no "${error.params.missingProperty}"`,
        missingRemedy(String(error.params.missingProperty)),
      );
    case "type":
      // Inside a choice such as `users`, the choice itself is reported; beside a constant, the constant.
      if (/\/anyOf\/\d+\/type$/.test(error.schemaPath) || error.parentSchema?.const !== undefined)
        return null;
      return problem(
        `${name} must be ${article(String(error.params.type))}, ${found()}`,
        typeRemedy(error.data, error.params.type === "string"),
      );
    case "const":
      if (/\/anyOf\/\d+\/const$/.test(error.schemaPath)) return null;
      return problem(
        `${name} must be ${JSON.stringify(error.params.allowedValue)}, ${found()}`,
        String(error.data) === String(error.params.allowedValue)
          ? "take the quotes off"
          : "this release knows no other",
      );
    case "enum":
      return problem(
        `${name} must be ${alternatives(error.params.allowedValues as string[])}, ${found()}`,
        typeof error.data === "string"
          ? didYouMean(error.data, error.params.allowedValues as string[], "see docs/policy.md")
          : typeRemedy(error.data, true),
      );
    case "if":
      return null; // what its branch found is reported by itself
    case "anyOf": {
      // The problem inside a map is reported by itself.
      if (typeof error.data === "object" && error.data !== null && !Array.isArray(error.data)) return null;
      return problem(`${name} must be ${choices(error.schema)}, ${found()}`, typeRemedy(error.data, true));
    }
    case "pattern":
      return patternProblem(path, (what, remedy) =>
        problem(`${name} is no ${what}: ${shown(source, path, error.data)}`, remedy),
      );
    case "minimum":
    case "maximum":
      return problem(`${name} ${error.message}, ${found()}`, "write a number within the bounds");
    case "minItems":
    case "minProperties":
    case "minLength":
      return problem(
        `${name} is empty`,
        path.at(-1) === "users" ? "write `users: everyone` or list some" : "fill it in or leave the key out",
      );
    default:
      return problem(`${name} ${error.message ?? "is not right"}, ${found()}`, "see docs/policy.md");
  }
}

/** Steps of a JSON pointer. */
function pathOf(pointer: string): Path {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** `a`, `b` or `c`; of many the first few. */
function alternatives(values: readonly string[]): string {
  const some = values.slice(0, 6).map((value) => `\`${value}\``);
  if (values.length > some.length) return `one of ${some.join(", ")}…`;
  return some.length === 1 ? some[0]! : `${some.slice(0, -1).join(", ")} or ${some.at(-1)}`;
}

/** The branches of a choice: its constants, and the keys of a map. */
function choices(branches: unknown): string {
  return (branches as { const?: unknown; type?: string; properties?: object }[])
    .map(({ const: constant, type, properties = {} }) =>
      constant !== undefined
        ? `\`${constant}\``
        : type === "string"
          ? "text"
          : mapOf(Object.keys(properties)),
    )
    .join(" or ");
}

/** `a map of usernames, profiles …`. */
function mapOf(keys: readonly string[]): string {
  const listing = keys.filter((key) => key !== "everyone");
  return `a map of ${listing.slice(0, 3).join(", ")}${listing.length > 3 ? " …" : ""}`;
}

/** What to write where an app says nothing of its users. */
export const USERS_REMEDY =
  "say who is in scope: `users: everyone`, or usernames, profiles and the like; or deny it with `sanctioned: false`";

function missingRemedy(key: string): string {
  const remedies: Record<string, string> = {
    version: "begin with `version: 1`",
    unlisted: "say `unlisted: revoke` or `unlisted: report`",
    apps: "list the sanctioned apps under `apps`, or write `apps: []`",
    users: USERS_REMEDY,
    expires: "say until when, as in `expires: 2027-03-31`",
    reason: "say why",
    owner: "say who answers for it",
  };
  return remedies[key] ?? "add it";
}

/** What a text should look like that has a form of its own: an id, a day, a permission. */
function patternProblem(path: Path, problem: (what: string, remedy: string) => Problem): Problem {
  const key = path.findLast((step) => typeof step === "string");
  if (key === "permissions")
    return problem("API name of a permission", "write it as in ModifyAllData, without spaces");
  if (key !== "id") return problem("day", "write it as 2027-03-31");
  return problem(
    "such id",
    path[0] === "org"
      ? "an org's id has 15 or 18 characters and starts with 00D"
      : "an app's id has 15 or 18 characters and starts with 0H4 (connected app) or 0xI (external client app)",
  );
}

/** YAML turns unquoted words such as `true` and `12` into something else than text. */
function typeRemedy(data: unknown, textWanted: boolean): string {
  if (data === null || data === undefined) return "fill it in or leave the key out";
  return textWanted && (typeof data === "boolean" || typeof data === "number")
    ? "quote it if it is meant as text"
    : "see docs/policy.md";
}

function article(type: string): string {
  const names: Record<string, string> = { object: "a map", array: "a list", string: "text" };
  return names[type] ?? `a ${type}`;
}

/** The offending value as it is written; of a map or a list no more than what is short and plain. */
function shown(source: Source, path: Path, value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value))
    return value.length <= 3 && value.every((item) => typeof item === "string" && item.length < 20)
      ? printable(JSON.stringify(value))
      : "a list";
  if (typeof value === "object") return "a map";
  const text = printable(
    typeof value === "string" ? JSON.stringify(value.slice(0, 100)) : (source.written(path) ?? String(value)),
  );
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
