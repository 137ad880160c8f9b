import type { ErrorObject } from "ajv";
import type { ErrorText } from "../errors.ts";
import { policyProblems } from "./errors.ts";
import { didYouMean } from "./nearest.ts";
import { MOST_PROBLEMS, type Problem } from "./problem.ts";
import { type Path, pathText, type Source } from "./source.ts";

/** What differs from file to file that is written in the policy's YAML. */
export interface FileWords {
  /** The file as a whole, as in "the policy". */
  readonly whole: string;
  /** Where its language is explained. */
  readonly see: string;
  /** What to do where a key is missing, by key. */
  readonly missing: Readonly<Record<string, string>>;
  /** What is wrong with a text that has a form of its own. */
  readonly wrongForm: (path: Path, place: string, found: string) => ErrorText;
}

/** What ajv says about a file, in a reader's words and at the place in the source; of a great many the first. */
export function schemaProblems(
  source: Source,
  errors: readonly ErrorObject[],
  words: FileWords = POLICY_WORDS,
): Problem[] {
  const problems = new Map<string, Problem>();
  for (const error of errors) {
    const problem = schemaProblem(source, error, words);
    if (problems.size === MOST_PROBLEMS) break;
    if (problem) problems.set(`${problem.file} ${problem.line}:${problem.column} ${problem.text}`, problem);
  }
  return [...problems.values()];
}

function schemaProblem(source: Source, error: ErrorObject, words: FileWords): Problem | null {
  const path = pathOf(error.instancePath);
  const said = wordsOf(error, words, {
    path,
    place: path.length === 0 ? words.whole : pathText(path),
    found: shown(source, path, error.data),
  });
  if (said === null) return null;
  const key = error.params.additionalProperty as string | undefined;
  const position = key === undefined ? source.position(path) : source.keyPosition([...path, key]);
  return source.problemAt(position, said);
}

/** Where a value stands and how it is written. */
interface Written {
  readonly path: Path;
  readonly place: string;
  readonly found: string;
}

/** What is wrong, in the words of the file; null where another error of ajv says it. */
function wordsOf(
  error: ErrorObject,
  { see, missing, wrongForm }: FileWords,
  { path, place, found }: Written,
): ErrorText | null {
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(error.params.additionalProperty);
      const known = Object.keys((error.parentSchema?.properties as object | undefined) ?? {});
      const remedy = didYouMean(key, known, `known here: ${known.join(", ")}`);
      return policyProblems["unknown-key"]({ key, place, remedy });
    }
    case "required": {
      const key = String(error.params.missingProperty);
      return policyProblems["key-missing"]({ place, key, remedy: missing[key] ?? "add it" });
    }
    case "type":
      return wrongType(error, see, place, found);
    case "const":
    case "enum":
    case "anyOf":
      return wrongChoice(error, see, place, found);
    case "if":
      return null; // what its branch found is reported by itself
    case "pattern":
      return wrongForm(path, place, found);
    case "minimum":
    case "maximum":
      return policyProblems["number-out-of-range"]({ place, bound: error.message ?? "", found });
    case "minItems":
    case "minProperties":
    case "minLength":
      return policyProblems["value-empty"]({
        place,
        remedy:
          path.at(-1) === "users"
            ? "write `users: everyone` or list some"
            : "fill it in or leave the key out",
      });
    default:
      return policyProblems["value-not-valid"]({ place, why: error.message ?? "is not valid", found });
  }
}

function wrongType(error: ErrorObject, see: string, place: string, found: string): ErrorText | null {
  // Inside a choice such as `users`, the choice itself is reported; beside a constant, the constant.
  if (/\/anyOf\/\d+\/type$/.test(error.schemaPath) || error.parentSchema?.const !== undefined) return null;
  const type = String(error.params.type);
  const remedy = typeRemedy(error.data, type === "string", see);
  return policyProblems["value-of-wrong-type"]({ place, wanted: article(type), found, remedy });
}

/** A value that is none of those which the schema knows. */
function wrongChoice(error: ErrorObject, see: string, place: string, found: string): ErrorText | null {
  const says = (wanted: string, remedy: string) =>
    policyProblems["value-not-allowed"]({ place, wanted, found, remedy });
  const { data, params } = error;
  if (error.keyword === "const") {
    if (/\/anyOf\/\d+\/const$/.test(error.schemaPath)) return null;
    const isQuoted = String(data) === String(params.allowedValue);
    return says(
      JSON.stringify(params.allowedValue),
      isQuoted ? "remove the quotes" : "this release supports no other",
    );
  }
  if (error.keyword === "enum") {
    const allowed = params.allowedValues as string[];
    const remedy = typeof data === "string" ? didYouMean(data, allowed, see) : typeRemedy(data, true, see);
    return says(alternatives(allowed), remedy);
  }
  // The problem inside a map is reported by itself.
  if (typeof data === "object" && data !== null && !Array.isArray(data)) return null;
  return says(choices(error.schema), typeRemedy(data, true, see));
}

/** A text that has a form of its own: an id, a day, a permission. */
function policyForm(path: Path, place: string, found: string): ErrorText {
  const key = path.findLast((step) => typeof step === "string");
  if (key === "permissions") return policyProblems["permission-not-an-api-name"]({ place, found });
  if (key !== "id") return policyProblems["day-not-valid"]({ place, found });
  if (path[0] === "identityProviders") return policyProblems["provider-id-not-valid"]({ place, found });
  return path[0] === "org"
    ? policyProblems["org-id-not-valid"]({ place, found })
    : policyProblems["app-id-not-valid"]({ place, found });
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
  const all = (branches as { const?: unknown; type?: string; properties?: object }[]).map(
    ({ const: constant, type, properties = {} }) =>
      constant !== undefined
        ? `\`${constant}\``
        : type === "string"
          ? "text"
          : mapOf(Object.keys(properties)),
  );
  return `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`;
}

/** `a map of usernames, profiles …`. */
function mapOf(keys: readonly string[]): string {
  const listing = keys.filter((key) => key !== "everyone");
  return `a map of ${listing.slice(0, 3).join(", ")}${listing.length > 3 ? " …" : ""}`;
}

const MISSING_REMEDIES: Readonly<Record<string, string>> = {
  version: "begin with `version: 1`",
  unlisted: "say `unlisted: revoke` or `unlisted: report`",
  apps: "list the sanctioned apps under `apps`, or write `apps: []`",
  users: policyProblems["app-without-users"].declared.remedy,
  expires: "say until when, as in `expires: 2027-03-31`",
  reason: "say why",
  owner: "say who answers for it",
  reviewBy: "say when it is due for review, as in `reviewBy: 2027-03-31`",
};

const POLICY_WORDS: FileWords = {
  whole: "the policy",
  see: "see docs/policy.md",
  missing: MISSING_REMEDIES,
  wrongForm: policyForm,
};

/** YAML turns unquoted words such as `true` and `12` into something else than text. */
function typeRemedy(data: unknown, textWanted: boolean, see: string): string {
  if (data === null || data === undefined) return "fill it in or leave the key out";
  return textWanted && (typeof data === "boolean" || typeof data === "number")
    ? "quote it if it is meant as text"
    : see;
}

function article(type: string): string {
  const names: Record<string, string> = {
    object: "a map",
    array: "a list",
    string: "text",
    integer: "a whole number",
  };
  return names[type] ?? `a ${type}`;
}

/** The offending value as it is written; of a map or a list no more than what is short and plain. */
function shown(source: Source, path: Path, value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value))
    return value.length <= 3 && value.every((item) => typeof item === "string" && item.length < 20)
      ? JSON.stringify(value)
      : "a list";
  if (typeof value === "object") return "a map";
  const text =
    typeof value === "string" ? JSON.stringify(value.slice(0, 100)) : (source.written(path) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
