import planSchema from "../../schema/plan.schema.json" with { type: "json" };
import { validator } from "../validator.ts";
import { isUnaltered } from "./planFile.ts";
import type { PlanFile } from "./schema.ts";

/** The published schema of a plan file, compiled when it is first asked for. */
export const planValidator = validator<PlanFile>(planSchema);

/** A plan file as it was written. Pure. @param refuse is told why it is none, as in "is no JSON", and throws */
export function parsePlanFile(text: string, refuse: (why: string) => never): PlanFile {
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refuse("is no JSON");
  }
  const matchesSchema = planValidator();
  if (!matchesSchema(plan)) return refuse("is no plan file of this release");
  return isUnaltered(plan) ? plan : refuse("was changed after it was written");
}
