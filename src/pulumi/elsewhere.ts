import type { EngineProcess } from "./launchers.ts";

/** Where somebody sees each revocation besides the lines of the log: nowhere, in the engine's diff, or in the preview that came before. */
export type Elsewhere = "nowhere" | "diff" | "preview";

/** What else is seen of a plan. */
export interface Beside {
  readonly elsewhere: Elsewhere;
  /** Whether the resource is new: then each revocation is shown once. */
  readonly isNew: boolean;
}

/** @param isHeld whether an update is held to a preview, which showed each @param engine whose command line says what it shows; null where that is not known */
export function besideOf({
  isPreview,
  isNew,
  isRefused,
  isHeld,
  engine,
}: {
  readonly isPreview: boolean;
  readonly isNew: boolean;
  readonly isRefused: boolean;
  readonly isHeld: boolean;
  readonly engine: Pick<EngineProcess, "command"> | null;
}): Beside {
  if (isRefused) return { elsewhere: "nowhere", isNew }; // the engine shows nothing of a check that failed
  if (!isPreview) return { elsewhere: isHeld ? "preview" : "diff", isNew: false };
  return { elsewhere: showsInputs(engine?.command ?? []) ? "diff" : "nowhere", isNew };
}

/**
 * Whether the engine that was started by a command prints the inputs of a resource, all or those that changed: by default
 * it prints which resources change (`--diff` and `--json` in cmd/pulumi/operations/preview.go and up.go, v3.259.0).
 */
export function showsInputs(command: readonly string[]): boolean {
  return command.some((word) => /^(--(diff|json)(=(1|t|true))?|-j)$/i.test(word));
}
