import { stateErrors } from "./errors.ts";

export type Members = Readonly<Record<string, unknown>>;

/** A state as `pulumi stack export` prints it, or as a file backend keeps it: its parts, and every resource in it. */
export interface ExportedState {
  readonly parts: Members;
  /** Those of pending operations too. */
  readonly resources: readonly Members[];
}

/** The names that are read here, of all levels. */
const NAMES: ReadonlySet<string> = new Set([
  "deployment",
  "checkpoint",
  "latest",
  "resources",
  "pending_operations",
  "resource",
  "urn",
  "type",
  "custom",
  "inputs",
  "outputs",
]);

/**
 * Reads a state. What Pulumi could read in another way is refused: its JSON takes keys in any letters, and of a key that stands
 * twice both values (Go's encoding/json), where JSON.parse takes the last.
 * @param file how errors call it @throws UserError
 */
export function parseState(text: string, file: string): ExportedState {
  const refuse = (why: string) => stateErrors["state-not-readable"]({ file, why });
  if (text.trim() === "") throw refuse("it is empty");
  const root = parsed(text);
  if (root === undefined) throw refuse("it is not JSON");
  if (countKeys(root) !== countColons(text))
    throw stateErrors["state-ambiguous"]({ file, what: "a key twice" });
  const levels = { file, refuse };
  const top = members(root, levels);
  const inner = "checkpoint" in top ? members(top.checkpoint, levels).latest : top.deployment;
  if (inner === null || inner === undefined) {
    if ("deployment" in top || "checkpoint" in top) return { parts: {}, resources: [] };
    throw refuse("it has no deployment");
  }
  const parts = members(inner, levels);
  const operations = list(parts.pending_operations, levels).map((one) => members(one, levels).resource);
  const resources = [...list(parts.resources, levels), ...operations].map((one) => members(one, levels));
  return { parts, resources };
}

interface Levels {
  readonly file: string;
  readonly refuse: (why: string) => Error;
}

/** @throws UserError for what is no object, and for a key that Pulumi takes for one of ours */
function members(value: unknown, { file, refuse }: Levels): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw refuse("it is not built like one");
  for (const key of Object.keys(value)) {
    if (NAMES.has(key)) continue;
    // To upper case first: Go folds the long s and the Kelvin sign too.
    if (NAMES.has(key.toUpperCase().toLowerCase()))
      throw stateErrors["state-ambiguous"]({ file, what: "a key in other letters" });
  }
  return value as Members;
}

function list(value: unknown, { refuse }: Levels): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw refuse("it is not built like one");
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Every value in a tree with the key that it stands under, the tree itself included. */
export function* valuesIn(tree: unknown): Generator<{ readonly key: string; readonly value: unknown }> {
  const open = [{ key: "", value: tree }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next;
    if (typeof next.value !== "object" || next.value === null) continue;
    for (const [key, value] of Object.entries(next.value)) open.push({ key, value });
  }
}

function countKeys(tree: unknown): number {
  let count = 0;
  for (const { value } of valuesIn(tree))
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      count += Object.keys(value).length;
  return count;
}

/** Outside of texts: as many as the JSON has keys. */
function countColons(text: string): number {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, "").split(":").length - 1;
}
