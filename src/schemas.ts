import { createRequire } from "node:module";
import { Ajv, type ValidateFunction } from "ajv";
import type { PlanFile } from "./plan/schema.ts";
import type { BaselineFile, PolicyFile } from "./policy/schema.ts";

const require = createRequire(import.meta.url);

/**
 * Checks against the published JSON Schemas, as `npm run schema` writes them. Each is compiled when it is
 * first used, and their sources are not loaded: a preview waits for neither.
 */
export const matchesPolicySchema = lazily<PolicyFile>("policy");
export const matchesBaselineSchema = lazily<BaselineFile>("baseline");
export const matchesPlanSchema = lazily<PlanFile>("plan");

function lazily<T>(name: string): () => ValidateFunction<T> {
  let compiled: ValidateFunction<T> | undefined;
  return () => {
    // A test checks the schemas themselves, strictly; here that would take half of a preview's own time.
    compiled ??= new Ajv({
      allErrors: true,
      verbose: true,
      strict: false,
      validateSchema: false,
      meta: false,
      code: { optimize: false },
    }).compile<T>(require(`../schema/${name}.schema.json`));
    return compiled;
  };
}
