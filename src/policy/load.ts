import path from "node:path";
import policySchema from "../../schema/policy.schema.json" with { type: "json" };
import type { ErrorText } from "../errors.ts";
import { parseSigners } from "../sign/signers.ts";
import { validator } from "../validator.ts";
import { parseBaseline, type ReadBaseline } from "./baseline.ts";
import { contradictions } from "./contradictions.ts";
import { parseSource } from "./document.ts";
import { policyProblems } from "./errors.ts";
import { isBlank } from "./hidden.ts";
import type { Layer } from "./layer.ts";
import { mergeLayers } from "./merge.ts";
import {
  type LanguageFile,
  type OpenFile,
  openNamed,
  readNamed,
  type Unfit,
  withoutLine,
} from "./namedFile.ts";
import type { Approvals, Policy } from "./policy.ts";
import type { PolicyFile } from "./policySchema.ts";
import { MOST_PROBLEMS, type Problem } from "./problem.ts";
import { objectSource, type Path, pathText, type Source } from "./source.ts";
import { schemaProblems } from "./violation.ts";

const policyValidator = validator<PolicyFile>(policySchema);

/** Either a policy, or everything that is wrong with it. */
export type PolicyResult = { readonly policy: Policy } | { readonly problems: readonly Problem[] };

const noFiles: OpenFile = () => ({ why: "cannot be read from here", remedy: null });

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

type LayerResult = { readonly layer: Layer } | Unfit;

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
  return problems.length > 0 ? { problems, isShaped: true } : { layer: { file, source, data } };
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
  let problems: readonly Problem[] = [];
  /** What a file that the policy names under a key holds; null where it names none, or something is wrong with that. */
  const opened = <T extends object>(
    key: LanguageFile["key"],
    { data, source }: Layer,
    within: string,
    parse: (text: string, file: string) => T | Unfit,
  ): T | null => {
    const name = data[key];
    if (name === undefined) return null;
    const answer = readNamed({ key, name, within }, open, parse);
    if ("read" in answer) return answer.read;
    const more =
      "problems" in answer ? answer.problems : [source.problemAt(source.position([key]), answer.said)];
    problems = problems.concat(more);
    return null;
  };

  const found = opened<{ layer: Layer }>("extends", own, folder, parseLayer)?.layer ?? null;
  const base = found === null ? null : unquoted(found);
  if (base?.data.extends !== undefined)
    problems = problems.concat(
      base.source.problemAt(
        base.source.keyPosition(["extends"]),
        policyProblems["extended-policy-extends"](),
      ),
    );
  const withBaseline = own.data.baseline === undefined && base?.data.baseline !== undefined ? base : own;
  const folderOf = (layer: Layer) => (layer === own ? folder : path.posix.dirname(layer.file));
  const known =
    opened<ReadBaseline>("baseline", withBaseline, folderOf(withBaseline), parseBaseline)?.baseline ?? null;
  const withSigners = own.data.approvals?.signers === undefined ? (base ?? own) : own;
  const signers = readSigners(withSigners, folderOf(withSigners), open);
  if (problems.length > 0) return { problems };
  if (signers !== null && "problem" in signers) return { problems: [signers.problem] };

  const baseline =
    known === null
      ? null
      : { ...known, problemAt: withoutLine(known.problemAt), shared: withBaseline !== own };
  const merging: Problem[] = [];
  const policy = mergeLayers(own, base, { baseline, signers: signers?.read ?? null }, merging);
  const all = merging.concat(contradictions(policy));
  return all.length > 0 ? { problems: all } : { policy };
}

/** Who may approve, by the file that a policy names; null where it names none. Of its faults the first is told: a file of another kind has one in each line. */
function readSigners(
  { data, source }: Layer,
  within: string,
  open: OpenFile,
): { readonly read: Approvals["signers"] } | { readonly problem: Problem } | null {
  const name = data.approvals?.signers;
  if (name === undefined) return null;
  const refuse = (said: ErrorText) => ({
    problem: source.problemAt(source.position(["approvals", "signers"]), said),
  });
  const named = openNamed({ key: "approvals.signers", name, within }, open);
  if ("said" in named) return refuse(named.said);
  const { text, file } = named;
  const result = parseSigners(text);
  if ("signers" in result) return { read: { file, list: result.signers } };
  const { line, why } = result.faults[0]!;
  return refuse(policyProblems["signers-not-valid"]({ file: line === 0 ? file : `${file}:${line}`, why }));
}

/** A layer of which no problem quotes a line. */
function unquoted({ source, ...layer }: Layer): Layer {
  return { ...layer, source: { ...source, problemAt: withoutLine(source.problemAt) } };
}
