import { tooLongExemptions } from "../policy/contradictions.ts";
import type { Problem } from "../policy/problem.ts";
import { readPolicyFile } from "../policy/read.ts";
import { fleetProblems } from "./errors.ts";
import type { FleetOrg } from "./orgs.ts";

/**
 * Everything that is wrong with the policies of orgs, offline; what many of them extend, once.
 * @param folder that policies are named relative to @param roots as `readPolicyFile` @param asOf milliseconds since the epoch
 */
export function policyProblemsOf(
  orgs: readonly FleetOrg[],
  folder: string,
  roots: readonly string[],
  asOf: number,
): readonly Problem[] {
  const problems = new Map<string, Problem>();
  for (const org of orgs)
    for (const one of problemsOf(org, folder, roots, asOf))
      problems.set(JSON.stringify([one.file, one.line, one.column, one.code, one.text]), one);
  return [...problems.values()];
}

function problemsOf(
  { id, policy: file, position }: FleetOrg,
  folder: string,
  roots: readonly string[],
  asOf: number,
): readonly Problem[] {
  const result = readPolicyFile(file, folder, roots);
  if ("problems" in result) return result.problems;
  const { policy } = result;
  const other = policy.org?.id?.value;
  const said =
    other === undefined || other === id
      ? []
      : [
          {
            ...fleetProblems["org-policy-of-another"]({ place: "the policy", found: file, other }),
            ...position,
            sourceLine: "",
          },
        ];
  return [...said, ...tooLongExemptions(policy, asOf)];
}
