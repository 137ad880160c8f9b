import { printable } from "./printable.ts";
import { withoutSecrets } from "./secrets.ts";

/** What an error says: its stable code, what is wrong, and what to do about it. */
export interface ErrorText {
  /** Kebab-case, unique in the project; docs/errors.md explains each. Programs decide by it, never by the text. */
  readonly code: string;
  readonly text: string;
  readonly remedy: string;
}

/**
 * An error that a person can do something about, shown as text, remedy and code without a stack trace.
 * Everything that is no CodedError is a bug and is re-thrown.
 */
export abstract class CodedError extends Error {
  readonly code: string;
  readonly remedy: string;

  constructor({ code, text, remedy }: ErrorText, options?: ErrorOptions) {
    super(remedy === "" ? text : `${text} ${remedy}`, options);
    this.code = code;
    this.remedy = remedy;
  }
}

/** Something that the person running the tool can fix; exit code 1. */
export class UserError extends CodedError {
  override name = "UserError";
}

/**
 * A setting is missing or not valid: a variable, a key of the stack's config, an option. Nobody may swallow
 * it, try again or call the org inconclusive because of it; exit code 1.
 */
export class SettingsError extends UserError {
  override name = "SettingsError";
}

/** The other side (an org, a forge, a receiver of events) refused, failed or did not answer; exit code 1. */
export class RemoteError extends UserError {
  override name = "RemoteError";
}

/**
 * The inventory could not be proven complete, so nothing may be called clean, planned or applied
 * (law 4); exit code 4.
 */
export class InconclusiveError extends CodedError {
  override name = "InconclusiveError";
}

const CLASSES = {
  user: UserError,
  settings: SettingsError,
  remote: RemoteError,
  inconclusive: InconclusiveError,
} as const;

export type ErrorKind = keyof typeof CLASSES;

type Value = string | number;

/** The names in braces in a template: `file` and `why` of "{file} cannot be read ({why})." */
type NamesIn<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;

/** How an error or a problem is worded; `{name}` stands for a value. */
interface Wording {
  readonly text: string;
  /** What to do. */
  readonly remedy: string;
}

/** The wording is of whole sentences. */
interface Template extends Wording {
  readonly kind: ErrorKind;
}

type NamesOf<T extends Wording> = NamesIn<T["text"]> | NamesIn<T["remedy"]>;

/** One declared error, with values that show in docs/errors.md what it looks like. */
export type ErrorDeclaration = Template & { readonly example: Readonly<Record<string, Value>> };

type Values<T extends Wording> = Readonly<Record<NamesOf<T>, Value>>;
type Arguments<T extends Wording, More> = [NamesOf<T>] extends [never]
  ? [values?: More]
  : [values: Values<T> & More];

/** Makes the declared error. `cause` is kept for a debugger and never shown. */
type Raise<T extends Template> = {
  (...values: Arguments<T, { readonly cause?: unknown }>): InstanceType<(typeof CLASSES)[T["kind"]]>;
  /** What the error says, for a class that carries more. */
  readonly says: Says<T>;
  /** Its message as untrusted text, for data that is shown later. */
  readonly untrusted: (...values: Arguments<T, unknown>) => string;
};

type Says<T extends Wording> = (...values: Arguments<T, unknown>) => ErrorText;

/** The errors of a room, by code. */
export type ErrorTable<T extends Record<string, Template>> = {
  readonly [Code in keyof T]: Raise<T[Code]> & { readonly declared: T[Code] };
};

/**
 * Declares the errors of a room, in its `errors.ts`: `throw roomErrors["file-not-readable"]({ file, cause })`.
 * Values come from outside: they are made safe to show, and what looks like a secret is taken out.
 */
export function declareErrors<const T extends Record<string, Template>>(
  table: T & { readonly [Code in keyof T]: { readonly example: Values<T[Code]> } },
): ErrorTable<T> {
  const entries = Object.entries<Template>(table).map(([code, declared]) => {
    const says = (values: Readonly<Record<string, unknown>> = {}) => worded(code, declared, values);
    const raise = (values: Readonly<Record<string, unknown>> = {}): CodedError =>
      new CLASSES[declared.kind](says(values), "cause" in values ? { cause: values.cause } : {});
    const untrusted = (values: Readonly<Record<string, unknown>> = {}) =>
      filled(`${declared.text} ${declared.remedy}`, values, (value) => value);
    return [code, Object.assign(raise, { says, untrusted, declared })];
  });
  return Object.fromEntries(entries) as ErrorTable<T>;
}

/** One declared problem, with values that show in docs/errors.md what it looks like. */
export type ProblemDeclaration = Wording & { readonly example: Readonly<Record<string, Value>> };

/** What a room finds wrong in a policy, by code. */
export type ProblemTable<T extends Record<string, Wording>> = {
  readonly [Code in keyof T]: Says<T[Code]> & { readonly declared: T[Code] };
};

/**
 * Declares what can be wrong in a policy. A problem is no error by itself: many of them, each with its place,
 * make one. Its text and its remedy are clauses, shown as `text; remedy`. Both are untrusted text until they are shown.
 */
export function declareProblems<const T extends Record<string, Wording>>(
  table: T & { readonly [Code in keyof T]: { readonly example: Values<T[Code]> } },
): ProblemTable<T> {
  const entries = Object.entries<Wording>(table).map(([code, declared]) => {
    const says = (values: Readonly<Record<string, unknown>> = {}) => {
      const short = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, clipped(value)]));
      return {
        code,
        text: filled(declared.text, short, (value) => value),
        remedy: filled(declared.remedy, short, (value) => value),
      };
    };
    return [code, Object.assign(says, { declared })];
  });
  return Object.fromEntries(entries) as ProblemTable<T>;
}

/** A name may be as long as a policy may be, and stand in many problems. */
const LONGEST_VALUE = 300;

function clipped(value: unknown): string {
  const text = String(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}

function worded(
  code: string,
  { text, remedy }: Wording,
  values: Readonly<Record<string, unknown>>,
): ErrorText {
  return { code, text: filled(text, values), remedy: filled(remedy, values) };
}

function filled(template: string, values: Readonly<Record<string, unknown>>, shown = printable): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (values[name] === undefined) throw new Error(`the error text "${template}" lacks its ${name}`);
    return shown(withoutSecrets(String(values[name])));
  });
}

/** An error as a person sees it at any door: `Inconclusive: …` where it is that, and its code at the end. */
export function shownError(error: CodedError): string {
  const verdict = error instanceof InconclusiveError ? "Inconclusive: " : "";
  return `${verdict}${error.message} [${error.code}]`;
}
