import type { UserError } from "../errors.ts";
import { amount, compareText } from "../text.ts";
import { fleetErrors } from "./errors.ts";
import { exitCodeOf, type FleetExitCode } from "./exitCode.ts";
import type { Fleet, FleetOrg } from "./orgs.ts";
import type { FleetRun, OrgResult } from "./runSchema.ts";

/** One org that is to be updated, by its own plan. */
export interface WaveOrg {
  readonly org: FleetOrg;
  readonly stack: string;
  /** Grants that its plan revokes. */
  readonly revocations: number;
}

/** Orgs that are updated together: after those of every lower wave. */
export interface Wave {
  readonly wave: number;
  /** In the order of the file; at least one. */
  readonly orgs: readonly WaveOrg[];
}

/** Why an org that was selected is in no wave, though something of it may be to do. */
const LEFT_OUT = {
  "over-limits": "over its own limits",
  "not-judged": "not judged",
  "not-planned": "not in the folder of plans",
  "no-stack": "no stack: Pulumi cannot update it",
} as const;

export interface LeftOut {
  readonly org: string;
  readonly why: keyof typeof LEFT_OUT;
}

/** What is handed out to be updated. */
export interface HandOut {
  /** From the lowest; none where nothing is to be revoked, and where it is refused. */
  readonly waves: readonly Wave[];
  readonly leftOut: readonly LeftOut[];
  /** Why nothing is handed out, and how that ends; null where it is. */
  readonly refusal: { readonly error: UserError; readonly exitCode: FleetExitCode } | null;
}

/** What is asked of a run over a fleet. */
export interface HandOutAsked {
  readonly run: FleetRun;
  /** The fleet as its file says it now. */
  readonly fleet: Fleet;
  /** The orgs of it that are meant. */
  readonly orgs: readonly FleetOrg[];
  /** The fleet's limits, as they are now, over the plans of the run. */
  readonly limits: FleetRun["limits"];
  /** Whether orgs that could not be judged are left out, and the others updated. */
  readonly judgedOnly: boolean;
}

/**
 * The orgs whose plans revoke, by wave. Nothing is handed out where the fleet's limits refuse, and none of an incomplete fleet
 * unless that is asked for. Pure.
 * @throws UserError where the run is of other orgs than the fleet's file lists
 */
export function handOut({ run, fleet, orgs, limits, judgedOnly }: HandOutAsked): HandOut {
  const results = resultsByName(run, fleet);
  const found = orgs.map((org) => ({ org, result: results.get(org.name) ?? null }));
  const leftOut = found.flatMap(({ org, result }) => whyLeftOut(org, result, run) ?? []);
  if (limits.refusal !== null) {
    const error = fleetErrors["fleet-handed-out-nothing"]({ why: limits.refusal });
    return { waves: [], leftOut, refusal: { error, exitCode: 3 } };
  }
  const missing = leftOut.filter(({ why }) => why === "not-judged").map(({ org }) => org);
  if (missing.length > 0 && !judgedOnly) {
    const failed = found.flatMap(({ result }) => (result?.plan === null ? result : []));
    const exitCode = exitCodeOf({ ...run, orgs: failed, limits }, false);
    const error = fleetErrors["fleet-not-judged-whole"]({
      count: amount(missing.length, "org"),
      orgs: missing.join(", "),
    });
    return { waves: [], leftOut, refusal: { error, exitCode: exitCode === 0 ? 1 : exitCode } };
  }
  const updated = found.flatMap(({ org, result }) => waveOrg(org, result) ?? []);
  const waves = [...Map.groupBy(updated, ({ org }) => org.wave)]
    .map(([wave, some]) => ({ wave, orgs: some }))
    .sort((a, b) => a.wave - b.wave);
  return { waves, leftOut, refusal: null };
}

/** One wave of them, where it is asked for. Pure. @throws UserError for one without anything to do, where others have */
export function wavesAsked({ waves }: HandOut, wave: number | undefined): readonly Wave[] {
  if (wave === undefined || waves.length === 0) return waves;
  const asked = waves.filter((one) => one.wave === wave);
  if (asked.length > 0) return asked;
  throw fleetErrors["wave-not-there"]({ wave, waves: waves.map((one) => one.wave).join(", ") });
}

/**
 * Holds one wave to its turn: every org of a lower one whose plan revokes was updated whole by that plan, also where it was not selected. Pure.
 * @param updated the orgs that were
 * @throws UserError where one was not
 */
export function refuseBeforeLower(
  wave: number | undefined,
  { run, fleet }: Pick<HandOutAsked, "run" | "fleet">,
  updated: ReadonlySet<string>,
): void {
  if (wave === undefined) return;
  const results = resultsByName(run, fleet);
  const open = fleet.orgs
    .flatMap((org) => waveOrg(org, results.get(org.name) ?? null) ?? [])
    .filter(({ org }) => org.wave < wave && !updated.has(org.name));
  if (open.length === 0) return;
  throw fleetErrors["lower-wave-open"]({
    wave,
    lowest: Math.min(...open.map(({ org }) => org.wave)),
    orgs: open.map(({ org }) => `${org.name} (wave ${org.wave})`).join(", "),
  });
}

/** One sentence for each reason that orgs are left out for, with their names. Pure. */
export function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  return [...Map.groupBy(leftOut, ({ why }) => why)].map(
    ([why, some]) =>
      `left out, ${LEFT_OUT[why]}: ${some
        .map(({ org }) => org)
        .sort(compareText)
        .join(", ")}`,
  );
}

/** @throws UserError for an org that the file does not list, or lists as another */
function resultsByName({ orgs }: FleetRun, fleet: Fleet): ReadonlyMap<string, OrgResult> {
  const listed = new Map(fleet.orgs.map((org) => [org.name, org]));
  for (const { name, id } of orgs)
    if (listed.get(name)?.id !== id) throw fleetErrors["plans-of-other-orgs"]({ name, id, file: fleet.file });
  return new Map(orgs.map((result) => [result.name, result]));
}

function whyLeftOut(org: FleetOrg, result: OrgResult | null, { notSelected }: FleetRun): LeftOut | null {
  const { name } = org;
  if (result === null) return { org: name, why: notSelected.includes(name) ? "not-planned" : "not-judged" };
  if (result.plan === null) return { org: name, why: "not-judged" };
  if (result.status === "refused") return { org: name, why: "over-limits" };
  return result.status === "revokes" && org.stack === null ? { org: name, why: "no-stack" } : null;
}

function waveOrg(org: FleetOrg, result: OrgResult | null): WaveOrg | null {
  const { stack } = org;
  if (result?.status !== "revokes" || stack === null || result.numbers === null) return null;
  return { org, stack, revocations: result.numbers.revocations };
}
