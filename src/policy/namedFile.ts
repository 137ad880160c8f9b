import path from "node:path";
import type { ErrorText } from "../errors.ts";
import { parseSource } from "./document.ts";
import { policyProblems } from "./errors.ts";
import { firstOf, type Problem } from "./problem.ts";
import type { Source } from "./source.ts";

/**
 * Hands out the text of another file that a policy names, or says why it cannot (as in "is not there"), what to do
 * (null for the usual) and in which of its lines the reason stands, where it does. Of a file that the policy may not read it says
 * only which folder it is not in.
 */
export type OpenFile = (
  file: string,
) =>
  | { readonly text: string }
  | { readonly outside: string }
  | { readonly why: string; readonly remedy: string | null; readonly line?: number };

/** Opens files by what reads one, of a commit for example; null for one that is not there. */
export function openFrom(read: (file: string) => string | null): OpenFile {
  return (file) => {
    const text = read(file);
    return text === null ? { why: "is not there", remedy: null } : { text };
  };
}

/** What is wrong with the text of a file. */
export interface Unfit {
  readonly problems: readonly Problem[];
  /** It is built as a policy or a baseline all the same: nothing but what those are made of stands in it. */
  readonly isShaped?: boolean;
}

/** A file that a policy names, and under which of its keys. */
interface Named {
  readonly key: "extends" | "baseline" | "approvals.signers";
  readonly name: string;
  /** The folder that the name is relative to, as the names of files begin. */
  readonly within: string;
}

/** One of the policy's own language. */
export interface LanguageFile extends Named {
  readonly key: "extends" | "baseline";
}

/** The text of a file that a policy names, or what is wrong with naming it. */
export function openNamed(
  { key, name, within }: Named,
  open: OpenFile,
): { readonly file: string; readonly text: string } | { readonly said: ErrorText } {
  const file = path.posix.join(within, name);
  const answer = isPlain(name) ? open(file) : { outside: "the policy's folder" };
  if ("text" in answer) return { file, text: answer.text };
  if ("outside" in answer)
    return { said: policyProblems["named-file-outside"]({ key, file: name, place: answer.outside }) };
  const { why, remedy, line } = answer;
  return {
    said: policyProblems["named-file-not-readable"]({
      file: line === undefined ? file : `${file}:${line}`,
      why,
      remedy: remedy ?? `name one relative to ${within}`,
    }),
  };
}

/**
 * Reads a file that a policy names. What is wrong with it is said where it is named, or in problems of its own. Who writes the policy
 * need not be one who may read that file, and problems are posted where everybody reads them: none of them has a line of it, and
 * of a file that is not built as the language has it, none has a word.
 */
export function readNamed<T extends object>(
  named: LanguageFile,
  open: OpenFile,
  parse: (text: string, file: string) => T | Unfit,
): { readonly read: T } | { readonly said: ErrorText } | { readonly problems: readonly Problem[] } {
  const { key } = named;
  const opened = openNamed(named, open);
  if ("said" in opened) return opened;
  const { file, text } = opened;
  if (!saysVersion(text, file)) return { said: policyProblems["named-file-not-a-policy"]({ key, file }) };
  const parsed = parse(text, file);
  if (!("problems" in parsed)) return { read: parsed };
  if (parsed.isShaped) return { problems: parsed.problems.map(unquoted) };
  return { said: misshapen(key, file, parsed.problems) };
}

/** Makes problems that quote no line. */
export function withoutLine(problemAt: Source["problemAt"]): Source["problemAt"] {
  return (position, said) => unquoted(problemAt(position, said));
}

function unquoted(problem: Problem): Problem {
  return { ...problem, sourceLine: "" };
}

/** What is wrong, by lines and codes alone. */
function misshapen(key: LanguageFile["key"], file: string, problems: readonly Problem[]): ErrorText {
  const { first, more } = firstOf(problems, 5);
  const found = first.map(({ line, code }) => `line ${line}: ${code}`).join(", ");
  return policyProblems["named-file-with-problems"]({
    key,
    file,
    found: more > 0 ? `${found}, and ${more} more` : found,
    remedy: key === "extends" ? `\`npx sanctioned validate ${file}\` shows them` : "fix it there",
  });
}

/** Whether a name of a file means the same on every system, and is relative. */
function isPlain(name: string): boolean {
  if (path.posix.isAbsolute(name) || path.win32.isAbsolute(name) || /^[A-Za-z]:|[\\\0]/.test(name))
    return false;
  // Windows takes blanks and dots off the end of a name, so that `.. ` is `..` there.
  return name.split("/").every((step) => /^\.{0,2}$|[^. ]$/.test(step));
}

/** Whether a text calls itself a policy or a baseline. */
function saysVersion(text: string, file: string): boolean {
  if (/^\uFEFF?version[ \t]*:[ \t]*1[ \t]*(?:#.*)?\r?$/m.test(text)) return true;
  const parsed = parseSource(text, file);
  const data = "source" in parsed ? (parsed.source.data as { version?: unknown } | null) : null;
  return data?.version === 1;
}
