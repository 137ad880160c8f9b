import type { RevokedStatus } from "./revokeFleet.ts";
import type { FleetRun, OrgResult } from "./runSchema.ts";

/** The CLI's exit codes, from the best to the worst: whatever is worse hides what is better. */
const FROM_BEST = [0, 2, 3, 4, 1] as const;
export type FleetExitCode = (typeof FROM_BEST)[number];

/** How a run over a fleet ends: as its worst org does. Pure. @param detailed whether something that breaks a policy is told */
export function exitCodeOf(
  {
    orgs,
    limits,
  }: {
    readonly orgs: readonly Pick<OrgResult, "status" | "problem">[];
    readonly limits: Pick<FleetRun["limits"], "refusal">;
  },
  detailed: boolean,
): FleetExitCode {
  const codes = orgs.map((org) => codeOf(org, detailed));
  if (limits.refusal !== null) codes.push(3);
  return worstOf(codes);
}

/** How a revocation by hand in a fleet ends: as its worst org does. Pure. */
export function exitCodeOfRevoked(statuses: readonly RevokedStatus[]): FleetExitCode {
  return worstOf(statuses.map((status) => CODES[status]));
}

const CODES: Readonly<Record<RevokedStatus, FleetExitCode>> = {
  absent: 0,
  nothing: 0,
  revoked: 0,
  refused: 3,
  inconclusive: 4,
  unreachable: 1,
  failed: 1,
};

/** The worst of the ends of orgs. Pure. */
export function worstOf(codes: readonly FleetExitCode[]): FleetExitCode {
  return codes.reduce<FleetExitCode>((worst, code) => (rank(code) > rank(worst) ? code : worst), 0);
}

function codeOf(
  { status, problem }: Pick<OrgResult, "status" | "problem">,
  detailed: boolean,
): FleetExitCode {
  switch (status) {
    case "clean":
      return 0;
    case "reports":
    case "revokes":
      return detailed ? 2 : 0;
    case "refused":
      return problem?.code === "limits-exceeded" ? 3 : 1;
    case "inconclusive":
      return 4;
    case "unreachable":
    case "failed":
      return 1;
  }
}

function rank(code: FleetExitCode): number {
  return FROM_BEST.indexOf(code);
}
