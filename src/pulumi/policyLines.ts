import { isDeepStrictEqual } from "node:util";
import { printable } from "../printable.ts";
import { amount, count } from "../text.ts";
import { isShort } from "./policyShown.ts";

const MOST = 10;

/**
 * What of a policy is another than at the last update, a line for each rule: `~ limits > revocations: 50 => 60`.
 * @param before the policy as the state has it, which others can write; `summarizePolicy` made it. No line where there is none
 * @param now as `before` @param withValues whether values may be shown: those of a policy that a program gives can be secret
 */
export function policyLines(
  before: unknown,
  now: unknown,
  { withValues }: { readonly withValues: boolean },
): string[] {
  const changes = mapOf(before) === null || isShort(before) ? [] : [...changesOf([], before, now)];
  if (changes.length === 0) return [];
  const left = changes.length - MOST;
  return [
    `policy changed since the last update: ${amount(changes.length, "rule")}`,
    ...changes.slice(0, MOST).map(({ sign, path, values }) => {
      const text = withValues ? `: ${values.map(valueText).join(" => ")}` : "";
      return `  ${sign} ${printable(unescaped(`${path.join(" > ")}${text}`))}`;
    }),
    ...(left > 0 ? [`  … and ${count(left)} more: \`npx pulumi preview --diff\` shows each`] : []),
  ];
}

function valueText(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : JSON.stringify(value);
}

/** What `printable` was given, so that it can be asked once more: a state need not hold what it made. */
function unescaped(text: string): string {
  return text.replace(/\\u\{([0-9a-f]{1,5}|10[0-9a-f]{4})\}/g, (_, code: string) =>
    String.fromCodePoint(Number.parseInt(code, 16)),
  );
}

interface Change {
  readonly sign: "+" | "-" | "~";
  readonly path: readonly string[];
  readonly values: readonly unknown[];
}

/** Keys that begin with `__` are not the policy's. */
function* changesOf(path: readonly string[], before: unknown, now: unknown): Generator<Change> {
  if (isDeepStrictEqual(before, now)) return;
  const [old, other] = [mapOf(before), mapOf(now)];
  if (old === null && other === null) {
    if (before === undefined) yield { sign: "+", path, values: [now] };
    else if (now === undefined) yield { sign: "-", path, values: [before] };
    else yield { sign: "~", path, values: [before, now] };
    return;
  }
  for (const key of new Set([...Object.keys(old ?? {}), ...Object.keys(other ?? {})]))
    if (!key.startsWith("__")) yield* changesOf([...path, key], saidAt(old, key), saidAt(other, key));
}

function mapOf(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
}

function saidAt(map: Record<string, unknown> | null, key: string): unknown {
  return map !== null && Object.hasOwn(map, key) ? map[key] : undefined;
}

/**
 * Whether the engine that was started by a command prints the inputs of a resource, all or those that changed, and so says by itself what
 * of the policy is another: by default it prints which resources change (`--diff` and `--json` in cmd/pulumi/operations/preview.go
 * and up.go, v3.259.0).
 */
export function showsInputs(command: readonly string[]): boolean {
  return command.some((word) => /^(--(diff|json)(=(1|t|true))?|-j)$/i.test(word));
}
