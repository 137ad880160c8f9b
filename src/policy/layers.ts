import { namedSo } from "../names.ts";
import { type AppId, parseAppId, parseProviderId } from "../salesforce/id.ts";
import type { Layer } from "./layer.ts";
import type { PolicyFile } from "./policySchema.ts";
import type { Path, Source } from "./source.ts";

/** What a file says at a path; a merged map or list holds what both say. */
interface Said {
  readonly layer: Layer;
  readonly path: Path;
  readonly value: ReadonlyMap<string, Said> | readonly Said[] | Scalar;
}
/** The schema has no null. */
type Scalar = string | number | boolean;
type SaidMap = Said & { readonly value: ReadonlyMap<string, Said> };

/** Lists that add up; any other list of the file stands in place of the other's. */
const ADDING_UP: readonly string[] = [
  "offboarded",
  "appsLike",
  "protected.users",
  "protected.apps",
  "exemptions",
  "highPrivilege.exceptions",
];
/** Who is in scope is one sentence: a part of it beside a part of another's would mean what neither file says. */
const WHOLE: readonly string[] = ["apps.users", "identityProviders.users"];
/** Lists of entries that are completed one by one. */
const BY_ENTRY: readonly string[] = ["apps", "identityProviders"];
/** Two ways to say one thing: who says one of them says it in place of both. */
const EITHER: Readonly<Record<string, readonly string[]>> = {
  highPrivilege: ["grantedSince", "grantedWithinDays"],
};
/** What an entry that denies what the other sanctions, or the other way round, still takes of it. */
const OF_THE_APP: readonly string[] = ["id", "name", "owner"];

/**
 * A file and the one that it extends as one, in which every value keeps its place. What the file says wins: key by
 * key in every map, entry by entry in `apps` and `identityProviders`.
 */
export function asOne(own: Layer, base: Layer | null): Layer {
  if (base === null) return own;
  const top = mergedMap(said(own, own.data, []), said(base, base.data, []), "");
  return { file: own.file, source: sourceOf(top, own, base), data: plain(top) as PolicyFile };
}

function said(layer: Layer, value: object, path: Path): SaidMap;
function said(layer: Layer, value: unknown, path: Path): Said;
function said(layer: Layer, value: unknown, path: Path): Said {
  if (Array.isArray(value))
    return { layer, path, value: value.map((item, i) => said(layer, item, [...path, i])) };
  if (typeof value !== "object") return { layer, path, value: value as Scalar };
  const entries = Object.entries(value!).filter(([, inner]) => inner !== undefined);
  return {
    layer,
    path,
    value: new Map(entries.map(([key, inner]) => [key, said(layer, inner, [...path, key])])),
  };
}

function merged(own: Said, base: Said, place: string): Said {
  if (BY_ENTRY.includes(place))
    return { ...own, value: mergedApps(own.value as SaidMap[], base.value as SaidMap[], place) };
  if (ADDING_UP.includes(place))
    return { ...own, value: [...(own.value as readonly Said[]), ...(base.value as readonly Said[])] };
  return isMap(own) && !WHOLE.includes(place) ? mergedMap(own, base as SaidMap, place) : own;
}

function mergedMap(own: SaidMap, base: SaidMap, place: string): SaidMap {
  const either = EITHER[place] ?? [];
  const isSaid = either.some((key) => own.value.has(key));
  const value = new Map(own.value);
  for (const [key, theirs] of base.value) {
    const ours = own.value.get(key);
    if (ours !== undefined) value.set(key, merged(ours, theirs, place === "" ? key : `${place}.${key}`));
    else if (!isSaid || !either.includes(key)) value.set(key, theirs);
  }
  return { ...own, value };
}

/** An entry of the file completes that of the same id, else of the same name; the others stand as they are. */
function mergedApps(own: readonly SaidMap[], base: readonly SaidMap[], place: string): Said[] {
  const completed = new Set<SaidMap>();
  const ours = own.map((entry) => {
    const theirs = sameApp(entry, base);
    if (theirs === null) return entry;
    completed.add(theirs);
    return mergedMap(entry, turnsAround(entry, theirs) ? ofTheApp(theirs) : theirs, place);
  });
  return [...ours, ...base.filter((entry) => !completed.has(entry))];
}

/** By name only where one entry has it: of two apps of one name none can be guessed. */
function sameApp(entry: SaidMap, base: readonly SaidMap[]): SaidMap | null {
  const id = idOf(entry);
  const name = textAt(entry, "name");
  const sameId = base.find((other) => id !== null && idOf(other) === id);
  if (sameId !== undefined) return sameId;
  if (name === undefined) return null;
  const named = namedSo(
    name,
    base.filter((other) => textAt(other, "name") !== undefined && (id === null || idOf(other) === null)),
    (other) => textAt(other, "name")!,
  );
  return named.length === 1 ? named[0]! : null;
}

function turnsAround(own: SaidMap, base: SaidMap): boolean {
  const sanctioned = own.value.get("sanctioned");
  return sanctioned !== undefined && sanctioned.value !== (base.value.get("sanctioned")?.value ?? true);
}

function ofTheApp(entry: SaidMap): SaidMap {
  return { ...entry, value: new Map([...entry.value].filter(([key]) => OF_THE_APP.includes(key))) };
}

function idOf(entry: SaidMap): AppId | null {
  const text = textAt(entry, "id") ?? "";
  return parseAppId(text) ?? parseProviderId(text);
}

function textAt(entry: SaidMap, key: string): string | undefined {
  return entry.value.get(key)?.value as string | undefined;
}

function isMap(one: Said): one is SaidMap {
  return one.value instanceof Map;
}

function plain({ value }: Said): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

function innerOf({ value }: Said, step: string | number): Said | undefined {
  if (value instanceof Map) return value.get(String(step));
  return Array.isArray(value) ? value[Number(step)] : undefined;
}

function sourceOf(top: SaidMap, own: Layer, base: Layer): Source {
  /** What is said at a path of the whole, or nearest around it. */
  const find = (path: Path): Said => {
    let at: Said = top;
    for (const step of path) {
      const inner = innerOf(at, step);
      if (inner === undefined) break;
      at = inner;
    }
    return at;
  };
  return {
    data: plain(top),
    position: (path) => {
      const found = find(path);
      return found.layer.source.position(found.path);
    },
    keyPosition: (path) => {
      const found = find(path);
      return found.layer.source.keyPosition(found.path);
    },
    written: () => undefined, // only what is held against the schema asks, and that is each file by itself
    problemAt: (position, words) =>
      (position.file === base.file ? base : own).source.problemAt(position, words),
  };
}
