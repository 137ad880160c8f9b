import planSchema from "../../schema/plan.schema.json" with { type: "json" };
import { parseUtc } from "../time.ts";
import { validator } from "../validator.ts";
import { planErrors } from "./errors.ts";
import { isUnaltered } from "./planFile.ts";
import type { FullPlan, PlanFile } from "./planSchema.ts";

/** The published schema of a plan file, compiled when it is first asked for. */
export const planValidator = validator<PlanFile>(planSchema);

/** What a refused plan file is called, and what comes after a new one was made. */
export interface PlanNames {
  /** As in "The approved plan". */
  readonly plan: string;
  readonly file: string;
  /** As in " and have it approved"; empty for nothing. */
  readonly next: string;
}

/** A plan file as it was written. Pure. @param names for messages @throws UserError where it is none, or was changed */
export function parsePlanFile(text: string, names: PlanNames): PlanFile {
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw planErrors["plan-not-json"]({ ...names });
  }
  const matchesSchema = planValidator();
  if (
    !matchesSchema(plan) ||
    keysIn(text) !== keysOf(plan) ||
    timesOf(plan).some((time) => parseUtc(time) === null)
  )
    throw planErrors["plan-not-recognized"]({ ...names });
  if (!isUnaltered(plan)) throw planErrors["plan-changed"]({ ...names });
  return plan;
}

/** Whether every grant, app, user and exemption is in it. Pure. */
export function isFullPlan(plan: PlanFile): plan is FullPlan {
  return [plan.rows, plan.apps, plan.users, plan.exemptions].every((part) => part !== undefined);
}

/** The times that an approval of the plan goes by. */
function timesOf({ asOf, revocations }: PlanFile): string[] {
  return [asOf, ...revocations.flatMap(({ grants }) => grants.flatMap(({ granted }) => granted ?? []))];
}

/** The keys that are written in a text that is JSON: the strings before a colon, string by string from the first. */
function keysIn(text: string): number {
  let count = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (colon !== undefined) count++;
  return count;
}

/** The keys that a program finds: fewer, where one is written twice and a person may have read the other. */
function keysOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inner = Object.values(value);
  return inner.reduce((count: number, one) => count + keysOf(one), Array.isArray(value) ? 0 : inner.length);
}
