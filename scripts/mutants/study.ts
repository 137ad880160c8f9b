import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { Stryker } from "@stryker-mutator/core";
import { parse } from "yaml";
import type { Room } from "./rooms.ts";
import { NOT_IN_SAMPLE } from "./sample.ts";

/** A single change of the code. */
export interface Mutant {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly mutator: string;
  /** What stood there and what stands there instead, each on one line and cut. */
  readonly from: string;
  readonly to: string;
  /**
   * `timed-out`: the tests did not end, which counts as killed; on a busy machine some do for that reason alone.
   * `invalid`: it is no program; `left-out`: it is not in the sample.
   */
  readonly verdict: "killed" | "timed-out" | "survived" | "invalid" | "left-out";
}

/** A mutant that no test could kill, since it changes nothing that anybody could see. */
export interface Equivalent extends Pick<Mutant, "file" | "mutator" | "from" | "to"> {
  readonly reason: string;
}

export interface StudyOptions {
  /** How many mutants are tried at once, each by a process of its own. */
  readonly atOnce: number;
  /** Whether results for unchanged code and tests are taken from the last run. */
  readonly incremental: boolean;
  /** How many percent of the mutants are tried: a sample that depends on the seed alone. All by default. */
  readonly share?: number;
  readonly seed?: number;
}

/** Changes that are no change of logic. A text that a person reads is checked where it matters, not letter by letter. */
const LEFT_OUT = ["StringLiteral"];
/** A mutant that waits or loops for this much longer than the tests do counts as killed. */
const TIMEOUT_MS = 8_000;
const LONGEST_TEXT = 120;

/** Tries the mutants of a room, or a sample of them, against its tests. */
export async function study(
  { name, sources, tests }: Room,
  { atOnce, incremental, share = 100, seed = 1 }: StudyOptions,
): Promise<Mutant[]> {
  // They reach the processes that run the tests and draw the sample.
  Object.assign(process.env, { MUTANTS_TESTS: tests.join(","), MUTANTS_SHARE: share, MUTANTS_SEED: seed });
  // As they are when the study begins: it takes long enough for somebody to edit them.
  const texts = new Map(
    globSync([...sources]).map((file) => [path.resolve(file), readFileSync(file, "utf8")]),
  );
  const results = await new Stryker({
    configFile: path.join("scripts", "mutants", "stryker.json"),
    vitest: { configFile: path.join("scripts", "mutants", "vitest.config.ts"), related: false },
    mutate: [...sources],
    mutator: { excludedMutations: LEFT_OUT },
    checkers: share < 100 ? ["sample"] : [],
    concurrency: atOnce,
    timeoutMS: TIMEOUT_MS,
    incremental,
    incrementalFile: path.join(".mutants", `${name}.json`),
    reporters: process.stderr.isTTY ? ["progress"] : [],
  }).runMutationTest();
  return results.map((result) => {
    const {
      fileName,
      location: { start, end },
      mutatorName,
      replacement,
    } = result;
    // Lines and columns are counted from 1.
    const lines = texts
      .get(fileName)!
      .split("\n")
      .slice(start.line - 1, end.line);
    lines[lines.length - 1] = lines.at(-1)!.slice(0, end.column - 1);
    lines[0] = lines[0]!.slice(start.column - 1);
    return {
      file: path.relative("", fileName),
      line: start.line,
      mutator: mutatorName,
      from: onOneLine(lines.join("\n")),
      to: onOneLine(replacement ?? ""),
      verdict: verdictOf(result),
    };
  });
}

function verdictOf({ status, statusReason }: { status: string; statusReason?: string }): Mutant["verdict"] {
  if (statusReason === NOT_IN_SAMPLE) return "left-out";
  if (status === "Killed") return "killed";
  if (status === "Timeout") return "timed-out";
  return status === "Survived" || status === "NoCoverage" ? "survived" : "invalid";
}

function onOneLine(text: string): string {
  return inWords(text).slice(0, LONGEST_TEXT);
}

function inWords(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** Reads the list of equivalent mutants. */
export function readEquivalents(file: string): Equivalent[] {
  return (parse(readFileSync(file, "utf8")) as Equivalent[] | null) ?? [];
}

/** Entries that no code fits any more, told without trying a mutant: their text is not in their file. */
export function withoutCode(equivalents: readonly Equivalent[]): Equivalent[] {
  return equivalents.filter(
    ({ file, from }) => !existsSync(file) || !inWords(readFileSync(file, "utf8")).includes(from),
  );
}

/** What a study of a room says. */
export interface Score {
  /** With those that timed out. */
  readonly killed: number;
  readonly timedOut: number;
  readonly counted: number;
  /** Mutants that the sample left out. */
  readonly leftOut: number;
  /** Of those counted: 100 where there is nothing to kill. */
  readonly percent: number;
  readonly survivors: readonly Mutant[];
  readonly equivalent: readonly Equivalent[];
  /** Entries about the files studied that fit no survivor: they are out of date. None where only a sample was tried. */
  readonly outOfDate: readonly Equivalent[];
}

/** Holds the mutants against the list of equivalent ones, which count neither way; an entry is good for one mutant. */
export function score(mutants: readonly Mutant[], equivalents: readonly Equivalent[]): Score {
  const files = new Set(mutants.map(({ file }) => file));
  const unused = [...equivalents];
  const survivors: Mutant[] = [];
  const equivalent: Equivalent[] = [];
  for (const mutant of mutants.filter(({ verdict }) => verdict === "survived")) {
    const known = unused.findIndex((entry) => keyOf(entry) === keyOf(mutant));
    if (known === -1) survivors.push(mutant);
    else equivalent.push(...unused.splice(known, 1));
  }
  const ended = (as: Mutant["verdict"]) => mutants.filter(({ verdict }) => verdict === as).length;
  const [timedOut, leftOut] = [ended("timed-out"), ended("left-out")];
  const killed = ended("killed") + timedOut;
  const counted = killed + survivors.length;
  return {
    killed,
    timedOut,
    counted,
    leftOut,
    percent: percentOf(killed, counted),
    survivors,
    equivalent,
    outOfDate: leftOut > 0 ? [] : unused.filter(({ file }) => files.has(file)),
  };
}

/** Of what counts: 100 where there is nothing to kill. */
export function percentOf(killed: number, counted: number): number {
  return counted === 0 ? 100 : (100 * killed) / counted;
}

function keyOf({ file, mutator, from, to }: Pick<Mutant, "file" | "mutator" | "from" | "to">): string {
  return JSON.stringify([file, mutator, from, to]);
}
