import type { Inventory } from "../../../src/inventory/inventory.ts";
import { evaluate } from "../../../src/plan/evaluate.ts";
import { planFile } from "../../../src/plan/planFile.ts";
import type { PlanFile } from "../../../src/plan/planSchema.ts";
import { type Widening, widened } from "../../../src/plan/widening.ts";
import { policyFromObject } from "../../../src/policy/load.ts";
import type { OpenFile } from "../../../src/policy/namedFile.ts";
import type { PolicyFile } from "../../../src/policy/policySchema.ts";
import { formatProblems } from "../../../src/policy/problem.ts";
import { AS_OF } from "../../inventories.ts";

/** The plan of an org by a policy. @param files that the policy names */
export function planned(
  file: PolicyFile,
  inventory: Inventory,
  files: Readonly<Record<string, string>> = {},
): PlanFile {
  const open: OpenFile = (name) =>
    files[name] === undefined ? { why: "is not there", remedy: null } : { text: files[name] };
  const parsed = policyFromObject(file, "p.yaml", open);
  if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
  return planFile(evaluate(parsed.policy, inventory, AS_OF), { all: false });
}

/** What a policy allows more than another, of one org. */
export function widenings(base: PolicyFile, head: PolicyFile, inventory: Inventory): readonly Widening[] {
  return widened(planned(base, inventory), planned(head, inventory))!.widenings;
}
