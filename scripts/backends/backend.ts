/** Where a stack's state can be: a kind of backend that is running. */
export interface Backend {
  readonly name: BackendName;
  /** A place in it that nothing else uses. */
  place(): Promise<Place>;
  close(): Promise<void>;
}

export const BACKENDS = ["file", "s3", "postgres"] as const;
export type BackendName = (typeof BACKENDS)[number];

/** A place for states. */
export interface Place {
  /** The environment by which Pulumi finds it. */
  readonly env: Readonly<Record<string, string>>;
  /** What of that nobody may see. */
  readonly secrets: readonly string[];
  /** As somebody finds it who may only read it; null where there is no such somebody. */
  readonly reader: { readonly env: Readonly<Record<string, string>>; readonly isLetIn: boolean } | null;
  /** All that is in it, by name. */
  contents(): Promise<ReadonlyMap<string, string>>;
}
