import path from "node:path";
import policySchema from "../../schema/policy.schema.json" with { type: "json" };
import type { ErrorText } from "../errors.ts";
import { validator } from "../validator.ts";
import { parseBaseline, type ReadBaseline } from "./baseline.ts";
import { contradictions } from "./contradictions.ts";
import { parseSource } from "./document.ts";
import { policyProblems } from "./errors.ts";
import { isBlank } from "./hidden.ts";
import type { Layer } from "./layer.ts";
import { mergeLayers } from "./merge.ts";
import type { Policy } from "./policy.ts";
import type { PolicyFile } from "./policySchema.ts";
import { MOST_PROBLEMS, type Problem } from "./problem.ts";
import { objectSource, type Path, pathText, type Source } from "./source.ts";
import { schemaProblems } from "./violation.ts";

const policyValidator = validator<PolicyFile>(policySchema);

/** Either a policy, or everything that is wrong with it. */
export type PolicyResult = { readonly policy: Policy } | { readonly problems: readonly Problem[] };

/**
 * Hands out the text of another file that a policy names, or says why it cannot (as in "is not there"), what to do
 * (null for the usual) and in which of its lines the reason stands, where it does.
 */
export type OpenFile = (
  file: string,
) =>
  | { readonly text: string }
  | { readonly unreadable: string; readonly remedy: string | null; readonly line?: number };

const noFiles: OpenFile = () => ({ unreadable: "cannot be read from here", remedy: null });

/** Reads a policy from the text of a file. Pure but for `open`, which is asked for the files that it names. */
export function parsePolicy(text: string, file: string, open: OpenFile = noFiles): PolicyResult {
  const layer = parseLayer(text, file);
  return "problems" in layer ? layer : complete(layer.layer, path.posix.dirname(file), open);
}

/**
 * Takes a policy from an object in a program. `origin` stands where a file name would; files that it
 * names are relative to the program.
 */
export function policyFromObject(value: unknown, origin: string, open: OpenFile = noFiles): PolicyResult {
  const layer = layerOf(objectSource(value, origin), origin);
  return "problems" in layer ? layer : complete(layer.layer, ".", open);
}

type LayerResult = { readonly layer: Layer } | { readonly problems: readonly Problem[] };

function parseLayer(text: string, file: string): LayerResult {
  const parsed = parseSource(text, file);
  return "problems" in parsed ? parsed : layerOf(parsed.source, file);
}

function layerOf(source: Source, file: string): LayerResult {
  const { data } = source;
  const matchesSchema = policyValidator();
  if (!matchesSchema(data)) return { problems: schemaProblems(source, matchesSchema.errors ?? []) };
  const problems: Problem[] = [];
  refuseBlank(source, data, [], problems);
  return problems.length > 0 ? { problems } : { layer: { file, source, data } };
}

/** Texts of which nothing can be read: a name of blanks would mean nobody, or an app that looks like nothing. */
function refuseBlank(source: Source, value: unknown, at: Path, problems: Problem[]): void {
  if (problems.length === MOST_PROBLEMS) return;
  if (typeof value === "string" && isBlank(value)) {
    const said = { place: pathText(at), remedy: "fill it in or leave the key out" };
    problems.push(source.problemAt(source.position(at), policyProblems["value-empty"](said)));
  }
  if (typeof value !== "object" || value === null) return;
  const isList = Array.isArray(value);
  for (const [key, inner] of Object.entries(value))
    refuseBlank(source, inner, [...at, isList ? Number(key) : key], problems);
}

function complete(own: Layer, folder: string, open: OpenFile): PolicyResult {
  let problems: Problem[] = [];
  /** The text of a file that the policy names under a key; what is wrong with that is a problem there. */
  const opened = <T>(
    key: "extends" | "baseline",
    layer: Layer,
    within: string,
    parse: (text: string, file: string) => T | { readonly problems: readonly Problem[] },
  ): T | null => {
    const name = layer.data[key];
    if (name === undefined) return null;
    const refuse = (said: ErrorText) => {
      problems.push(layer.source.problemAt(layer.source.position([key]), said));
      return null;
    };
    if (leavesFolder(name)) return refuse(policyProblems["named-file-outside"]({ key, file: name }));
    const file = path.posix.join(within, name);
    const answer = open(file);
    if ("unreadable" in answer)
      return refuse(
        policyProblems["named-file-not-readable"]({
          file: answer.line === undefined ? file : `${file}:${answer.line}`,
          why: answer.unreadable,
          remedy: answer.remedy ?? `name one relative to ${within}`,
        }),
      );
    if (!saysVersion(answer.text, file))
      return refuse(policyProblems["named-file-not-a-policy"]({ key, file }));
    const parsed = parse(answer.text, file);
    if (typeof parsed === "object" && parsed !== null && "problems" in parsed) {
      problems = problems.concat(parsed.problems);
      return null;
    }
    return parsed as T;
  };

  const base = opened<{ layer: Layer }>("extends", own, folder, parseLayer)?.layer ?? null;
  if (base?.data.extends !== undefined)
    problems.push(
      base.source.problemAt(
        base.source.keyPosition(["extends"]),
        policyProblems["extended-policy-extends"](),
      ),
    );
  const withBaseline = own.data.baseline === undefined && base?.data.baseline !== undefined ? base : own;
  const within = withBaseline === own ? folder : path.posix.dirname(withBaseline.file);
  const known = opened<ReadBaseline>("baseline", withBaseline, within, parseBaseline)?.baseline ?? null;
  if (problems.length > 0) return { problems };

  const baseline = known === null ? null : { ...known, shared: withBaseline !== own };
  const policy = mergeLayers(own, base, baseline, problems);
  const all = problems.concat(contradictions(policy));
  return all.length > 0 ? { problems: all } : { policy };
}

/** Whether a name of a file could lead out of the folder that it is relative to. */
function leavesFolder(name: string): boolean {
  return (
    path.posix.isAbsolute(name) ||
    path.win32.isAbsolute(name) ||
    /[\\\0]|^[A-Za-z]:/.test(name) ||
    name.split("/").includes("..")
  );
}

/**
 * Whether a text calls itself a policy or a baseline. Problems quote what they are about, and a pull request
 * shows them to everybody: of any other file that a policy happens to name they quote nothing.
 */
function saysVersion(text: string, file: string): boolean {
  if (/^\uFEFF?version[ \t]*:[ \t]*1[ \t]*(?:#.*)?\r?$/m.test(text)) return true;
  const parsed = parseSource(text, file);
  const data = "source" in parsed ? (parsed.source.data as { version?: unknown } | null) : null;
  return data?.version === 1;
}
