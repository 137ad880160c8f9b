import type { Path, Place } from "./places.ts";
import { folded, id18, looksLikeAppId, named } from "./words.ts";

/** An object of YAML, as written. */
export type Data = { readonly [key: string]: unknown };

/** The files of a policy, as objects. */
export interface PolicyFiles {
  readonly own: Data;
  /** What `extends` names. */
  readonly base: Data | null;
  readonly baseline: Data | null;
}

export const FILES = { own: "policy.yaml", base: "shared.yaml", baseline: "known.yaml" } as const;

/** Two ways to say one thing: a file that says either says it in place of both. */
const LOOKS_BACK = ["highPrivilege.grantedSince", "highPrivilege.grantedWithinDays"];

/** A value with the place that says it. */
export interface At<T = unknown> {
  readonly value: T;
  readonly at: Place;
}

/** Which app is meant: by id, of 18 characters, or by name. */
export interface Ref {
  readonly id: string | null;
  readonly name: string | null;
}

/** An app under `apps`: what the policy says of it, own file first. */
export class Entry {
  readonly #parts: readonly At<Data>[];

  constructor(parts: readonly At<Data>[]) {
    this.#parts = parts;
  }

  get at(): Place {
    return this.#parts[0]!.at;
  }

  /** Whether only the extended policy has it. */
  get shared(): boolean {
    return this.at.file === FILES.base;
  }

  /** What stands under keys: of the first file that says it. */
  get<T>(...keys: string[]): At<T> | null {
    for (const { value, at } of this.#parts) {
      const found = dig(value, keys);
      if (found !== undefined)
        return { value: found as T, at: { file: at.file, path: [...at.path, ...keys] } };
    }
    return null;
  }

  get id(): string | null {
    const id = this.get<string>("id")?.value;
    return id === undefined ? null : id18(id);
  }

  get name(): string | null {
    return this.get<string>("name")?.value ?? null;
  }

  /** Where the app is denied, by the first file that says whether it is sanctioned. */
  get denied(): At<boolean> | null {
    const said = this.get<boolean>("sanctioned");
    return said?.value === false ? said : null;
  }
}

/** The entry of the extended policy that one's own completes. Who turns it around takes no more of it than whom it is about. */
function completing(own: Data, base: At<Data>): At<Data> {
  const isTurned = own.sanctioned !== undefined && own.sanctioned !== (base.value.sanctioned ?? true);
  if (!isTurned) return base;
  const kept = ["id", "name", "owner"]
    .filter((key) => key in base.value)
    .map((key) => [key, base.value[key]]);
  return { value: Object.fromEntries(kept), at: base.at };
}

/** A policy and the one that it extends, as one. */
export class Wanted {
  readonly files: PolicyFiles;
  readonly entries: readonly Entry[];
  readonly #layers: readonly { readonly file: string; readonly data: Data }[];

  constructor(files: PolicyFiles) {
    this.files = files;
    this.#layers = [
      { file: FILES.own, data: files.own },
      ...(files.base === null ? [] : [{ file: FILES.base, data: files.base }]),
    ];
    this.entries = this.#mergedEntries();
  }

  get top(): Place {
    return { file: FILES.own, path: ["version"] };
  }

  /** Where a grant is said to be decided that no line of the policy decides. */
  get nowhere(): Place {
    return this.get("unlisted")?.at ?? this.top;
  }

  /** What stands under keys: of the first file that says it, or that says the same in another way. */
  get<T>(...keys: string[]): At<T> | null {
    for (const { file, data } of this.#layers) {
      if (
        LOOKS_BACK.includes(keys.join(".")) &&
        !LOOKS_BACK.some((key) => dig(data, key.split(".")) !== undefined)
      )
        continue;
      const found = dig(data, keys);
      if (found !== undefined) return { value: found as T, at: { file, path: keys } };
      if (LOOKS_BACK.includes(keys.join("."))) return null;
    }
    return null;
  }

  /** The entries of a list, of both files: a name that both say counts once. */
  all<T>(...keys: string[]): At<T>[] {
    const seen = new Set<string>();
    return this.#layers.flatMap(({ file, data }) => {
      const list = ((dig(data, keys) ?? []) as T[]).map((value, i) => ({
        value,
        at: { file, path: [...keys, i] as Path },
      }));
      const said = (value: T) => (typeof value === "string" ? folded(value) : JSON.stringify([file, value]));
      const fresh = list.filter(({ value }) => !seen.has(said(value)));
      for (const { value } of list) seen.add(said(value));
      return fresh;
    });
  }

  #mergedEntries(): Entry[] {
    const [own = [], base = []] = this.#layers.map(({ file, data }) =>
      ((data.apps ?? []) as Data[]).map((value, i) => ({ value, at: { file, path: ["apps", i] as Path } })),
    );
    const used = new Set<At<Data>>();
    const merged = own.map((part) => {
      const other =
        base.find((one) => haveOneId(part.value, one.value)) ?? oneOnly(ofOneName(part.value, base));
      if (other === undefined) return new Entry([part]);
      used.add(other);
      return new Entry([part, completing(part.value, other)]);
    });
    return [...merged, ...base.filter((part) => !used.has(part)).map((part) => new Entry([part]))];
  }
}

function oneOnly<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}

function haveOneId(one: Data, other: Data): boolean {
  return typeof one.id === "string" && typeof other.id === "string" && id18(one.id) === id18(other.id);
}

/** Two entries with ids are of two apps, whatever they are called. */
function ofOneName(one: Data, others: readonly At<Data>[]): At<Data>[] {
  if (typeof one.name !== "string") return [];
  const possible = others.filter(
    ({ value }) => typeof value.name === "string" && (one.id === undefined || value.id === undefined),
  );
  return named(possible, one.name, ({ value }) => [String(value.name)]);
}

function dig(data: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as Data)[key]
        : undefined,
    data,
  );
}

/** Which app is meant outside of `apps`. */
export function refOf(value: unknown): Ref {
  if (typeof value === "string")
    return looksLikeAppId(value) ? { id: id18(value), name: null } : { id: null, name: value };
  const { id, name } = value as { id?: string; name?: string };
  return id === undefined ? { id: null, name: name! } : { id: id18(id), name: null };
}
