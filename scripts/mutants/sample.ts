import { createHash } from "node:crypto";
import path from "node:path";

/** What a mutant is told apart by; positions count from 0 or 1, as long as it is always the same. */
interface Place {
  readonly id: string;
  readonly fileName: string;
  readonly location: { readonly start: object; readonly end: object };
  readonly mutatorName: string;
  readonly replacement: string;
}

/** Why a mutant was not tried, as the tester reports it. */
export const NOT_IN_SAMPLE = "not in the sample";

/** Whether a mutant is one of the share that is tried: it depends on the seed and the mutant alone. */
function isInSample({ fileName, location, mutatorName, replacement }: Place): boolean {
  const { MUTANTS_SHARE = "100", MUTANTS_SEED = "1" } = process.env;
  const key = [MUTANTS_SEED, path.basename(fileName), location, mutatorName, replacement];
  const draw = createHash("sha256").update(JSON.stringify(key)).digest().readUInt32BE() / 2 ** 32;
  return draw < Number(MUTANTS_SHARE) / 100;
}

/** A checker, in the tester's sense: it looks at the mutants before tests run against them. */
class Sample {
  async init(): Promise<void> {}
  async check(mutants: readonly Place[]): Promise<Record<string, object>> {
    return Object.fromEntries(
      mutants.map((mutant) => [
        mutant.id,
        isInSample(mutant) ? { status: "passed" } : { status: "compileError", reason: NOT_IN_SAMPLE },
      ]),
    );
  }
}

export const strykerPlugins = [{ kind: "Checker", name: "sample", injectableClass: Sample }];
