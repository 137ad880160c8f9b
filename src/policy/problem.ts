import { type ErrorText, UserError } from "../errors.ts";
import { printable } from "../printable.ts";
import { policyErrors } from "./errors.ts";

/** Something wrong in a policy: what, where, and what to do. What it quotes is untrusted text. */
export interface Problem extends ErrorText {
  readonly file: string;
  /** From 1; 0 where the policy is no file. */
  readonly line: number;
  readonly column: number;
  /** The text of that line; empty where the policy is no file. */
  readonly sourceLine: string;
}

/** The problem with its place, the line and a caret under it. */
export function formatProblem(problem: Problem): string {
  return problem.sourceLine === "" ? headOf(problem) : `${headOf(problem)}\n${frameOf(problem)}`;
}

function headOf({ file, line, column, ...said }: Problem): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  return printable(`${place}: ${said.text}; ${said.remedy} [${said.code}]`);
}

/** Of a longer line no more than this is shown. */
const WIDEST = 120;

/** The line, of a long one the part around the column, and the caret. */
function frameOf({ line, column, sourceLine }: Problem): string {
  const start = sourceLine.length > WIDEST ? Math.max(0, column - 1 - WIDEST / 2) : 0;
  const end = start + WIDEST;
  const shown = (from: number, to: number) => printable(sourceLine.slice(from, to).replaceAll("\t", " "));
  const before = `${start > 0 ? "…" : ""}${shown(start, column - 1)}`;
  const after = `${shown(column - 1, end)}${end < sourceLine.length ? "…" : ""}`;
  return `${String(line).padStart(6)} | ${before}${after}\n${" ".repeat(6)} | ${" ".repeat(before.length)}^`;
}

/** A file of another kind can have something wrong at each character. After so many the rest is not looked at. */
export const MOST_PROBLEMS = 1000;

/** More would bury the first, which often causes the rest. */
const MOST_SHOWN = 100;

/** The problems file by file, and in the order in which they stand there. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file, line }) => (line > 0 ? file : "")))];
  const at = ({ file, line }: Problem) => files.indexOf(line > 0 ? file : "");
  return [...problems].sort((a, b) => at(a) - at(b) || a.line - b.line || a.column - b.column);
}

/** The first problems in order, and how many there are besides. */
export function firstOf(problems: readonly Problem[], most = MOST_SHOWN): { first: Problem[]; more: number } {
  const sorted = inOrder(problems);
  return { first: sorted.slice(0, most), more: Math.max(sorted.length - most, 0) };
}

/** `… and 3 more problems`; of so many that the rest was not looked at, `at least`. */
export function moreText(more: number, problems: readonly Problem[]): string {
  return `… and ${atLeast(problems)}${more} more problem${more === 1 ? "" : "s"}`;
}

function atLeast({ length }: readonly Problem[]): string {
  return length >= MOST_PROBLEMS ? "at least " : "";
}

/** All problems in order; a great many are cut short with their count, and a long line is shown once. */
export function formatProblems(problems: readonly Problem[]): string {
  const { first, more } = firstOf(problems);
  const shown = first.map((problem, i) =>
    problem.sourceLine.length > WIDEST && isSameLine(problem, first[i - 1])
      ? headOf(problem)
      : formatProblem(problem),
  );
  return [...shown, ...(more > 0 ? [moreText(more, problems)] : [])].join("\n");
}

function isSameLine(problem: Problem, other: Problem | undefined): boolean {
  return problem.file === other?.file && problem.line === other.line;
}

/** A policy that cannot be used. The message lists every problem with its code. */
export class PolicyError extends UserError {
  override name = "PolicyError";
  readonly problems: readonly Problem[];

  /** @param says the sentence below the problems, where they are not a policy's */
  constructor(
    problems: readonly Problem[],
    says: (values: { readonly count: string }) => ErrorText = policyErrors["policy-with-problems"].says,
  ) {
    const count = `${atLeast(problems)}${problems.length} problem${problems.length === 1 ? "" : "s"}`;
    const { code, text, remedy } = says({ count });
    super({ code, text: `${formatProblems(problems)}\n${text}`, remedy });
    this.problems = problems;
  }
}

/** What a decision that is to be put into a policy would make wrong in it. */
export function decisionNotPossible(problems: readonly Problem[]): PolicyError {
  return new PolicyError(problems, policyErrors["decision-not-possible"].says);
}
