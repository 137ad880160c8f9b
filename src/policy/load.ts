import path from "node:path";
import policySchema from "../../schema/policy.schema.json" with { type: "json" };
import { validator } from "../validator.ts";
import { parseBaseline } from "./baseline.ts";
import { contradictions } from "./contradictions.ts";
import { parseSource } from "./document.ts";
import { policyProblems } from "./errors.ts";
import type { Layer } from "./layer.ts";
import { mergeLayers } from "./merge.ts";
import type { Baseline, Policy } from "./policy.ts";
import type { PolicyFile } from "./policySchema.ts";
import type { Problem } from "./problem.ts";
import { objectSource, type Source } from "./source.ts";
import { schemaProblems } from "./violation.ts";

const policyValidator = validator<PolicyFile>(policySchema);

/** Either a policy, or everything that is wrong with it. */
export type PolicyResult = { readonly policy: Policy } | { readonly problems: readonly Problem[] };

/** Hands out the text of another file that a policy names, or says why it cannot (as in "is not there") and what to do. */
export type OpenFile = (
  file: string,
) => { readonly text: string } | { readonly unreadable: string; readonly remedy: string | null };

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
  return matchesSchema(data)
    ? { layer: { file, source, data } }
    : { problems: schemaProblems(source, matchesSchema.errors ?? []) };
}

function complete(own: Layer, folder: string, open: OpenFile): PolicyResult {
  const problems: Problem[] = [];
  /** The text of a file that the policy names under a key; what is wrong with that is a problem there. */
  const opened = <T>(
    key: "extends" | "baseline",
    layer: Layer,
    within: string,
    parse: (text: string, file: string) => T | { readonly problems: readonly Problem[] },
  ): T | null => {
    const name = layer.data[key];
    if (name === undefined) return null;
    const file = path.posix.join(within, name);
    const answer = open(file);
    if ("unreadable" in answer) {
      problems.push(
        layer.source.problemAt(
          layer.source.position([key]),
          policyProblems["named-file-not-readable"]({
            file,
            why: answer.unreadable,
            remedy: answer.remedy ?? `name one relative to ${within}`,
          }),
        ),
      );
      return null;
    }
    const parsed = parse(answer.text, file);
    if (typeof parsed === "object" && parsed !== null && "problems" in parsed) {
      problems.push(...parsed.problems);
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
  const baseline =
    opened<{ baseline: Baseline }>("baseline", withBaseline, within, parseBaseline)?.baseline ?? null;
  if (problems.length > 0) return { problems };

  const policy = mergeLayers(own, base, baseline, problems);
  problems.push(...contradictions(policy));
  return problems.length > 0 ? { problems } : { policy };
}
