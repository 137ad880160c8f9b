import { type ErrorText, UserError } from "../errors.ts";
import { printable } from "../printable.ts";
import { policyErrors } from "./errors.ts";

/** Something wrong in a policy: what, where, and what to do. */
export interface Problem extends ErrorText {
  readonly file: string;
  /** From 1; 0 where the policy is no file. */
  readonly line: number;
  readonly column: number;
  /** The text of that line; empty where the policy is no file. */
  readonly sourceLine: string;
}

/** The problem with its place, the line and a caret under it. */
export function formatProblem({ file, line, column, sourceLine, ...said }: Problem): string {
  const text = `${said.text}; ${said.remedy} [${said.code}]`;
  if (line === 0) return `${printable(file)}: ${text}`;
  const number = String(line).padStart(6);
  const before = printable(sourceLine.slice(0, column - 1).replaceAll("\t", " "));
  const shown = printable(sourceLine.replaceAll("\t", " ")).slice(0, 200);
  const caret = before.length < shown.length + 1 ? `\n${" ".repeat(6)} | ${" ".repeat(before.length)}^` : "";
  return `${printable(file)}:${line}:${column}: ${text}\n${number} | ${shown}${caret}`;
}

/** More would bury the first, which often causes the rest. */
const MOST_SHOWN = 100;

/** The problems file by file, and in the order in which they stand there. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file, line }) => (line > 0 ? file : "")))];
  const at = ({ file, line }: Problem) => files.indexOf(line > 0 ? file : "");
  return [...problems].sort((a, b) => at(a) - at(b) || a.line - b.line || a.column - b.column);
}

/** All problems in order; a great many are cut short with their count. */
export function formatProblems(problems: readonly Problem[]): string {
  const sorted = inOrder(problems);
  const shown = sorted.slice(0, MOST_SHOWN).map(formatProblem);
  const more = sorted.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more problem${more === 1 ? "" : "s"}`] : [])].join("\n");
}

/** A policy that cannot be used. The message lists every problem with its code. */
export class PolicyError extends UserError {
  override name = "PolicyError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const count = `${problems.length} problem${problems.length === 1 ? "" : "s"}`;
    const { code, text, remedy } = policyErrors["policy-with-problems"].says({ count });
    super({ code, text: `${formatProblems(problems)}\n${text}`, remedy });
    this.problems = problems;
  }
}
