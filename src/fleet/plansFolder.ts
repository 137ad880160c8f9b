import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import fleetSchema from "../../schema/fleet.schema.json" with { type: "json" };
import type { CodedError } from "../errors.ts";
import { digestOf } from "../plan/digest.ts";
import { isFullPlan, parsePlanFile } from "../plan/parsePlanFile.ts";
import type { FullPlan, PlanFile } from "../plan/planSchema.ts";
import { LARGEST_TEXT, readRegular, readRegularLines } from "../regularFile.ts";
import { systemRefusal, writeWhole } from "../run/wholeFile.ts";
import { safeJson } from "../safeJson.ts";
import { validator } from "../validator.ts";
import { fleetErrors } from "./errors.ts";
import type { FleetRun } from "./runSchema.ts";

const RUN_FILE = "fleet.json";
/** A line for each org that was updated whole by its plan. */
const UPDATED_FILE = "updated.jsonl";

const runValidator = validator<FleetRun>(fleetSchema);

/** The plan of an org within a folder of plans. @param which by the policy as it is, or as it was before */
function planName(org: string, which: "head" | "base" = "head"): string {
  return which === "head" ? `${org}.json` : `${org}.base.json`;
}

/** A folder of plans while it is written, for its owner's eyes alone. It is whole once `fleet.json` is there, which comes last. */
export class PlansWriter {
  readonly folder: string;

  /** Makes the folder. @throws UserError where it is there already, or cannot be made */
  constructor(folder: string) {
    this.folder = folder;
    try {
      mkdirSync(path.dirname(path.resolve(folder)), { recursive: true });
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") throw fleetErrors["plans-folder-exists"]({ folder });
      if (code === undefined) throw error;
      throw fleetErrors["plans-folder-not-writable"]({ folder, why: code });
    }
  }

  plan(org: string, plan: PlanFile, base: PlanFile | null): void {
    writeWhole(path.join(this.folder, planName(org)), safeJson(plan));
    if (base !== null) writeWhole(path.join(this.folder, planName(org, "base")), safeJson(base));
  }

  finish(run: FleetRun): void {
    writeWhole(path.join(this.folder, RUN_FILE), safeJson(run));
  }
}

/** A whole folder of plans. Plans are read when they are asked for, each held against the digest that the run gives it. */
export interface Plans {
  readonly folder: string;
  readonly run: FleetRun;
  /** @throws UserError where it is not the plan of the run */
  readonly plan: (org: string) => FullPlan;
  /** By the policy of before; null where there was none. @throws as `plan` */
  readonly base: (org: string) => PlanFile | null;
  /** The path of an org's plan, to be approved and applied as any other. */
  readonly file: (org: string) => string;
}

/** Notes that an org was updated whole by its plan of the folder. @returns what the system says against it; null for nothing */
export function noteUpdated({ folder, run }: Plans, org: string): string | null {
  const line = { org, digest: run.orgs.find(({ name }) => name === org)?.plan?.digest ?? never(org) };
  const file = path.join(folder, UPDATED_FILE);
  return systemRefusal(() => appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 }));
}

/** The orgs that were updated whole by the plans that are in the folder now. */
export function updatedOrgs({ folder, run }: Plans): ReadonlySet<string> {
  const noted = new Set<string>();
  readRegularLines(path.join(folder, UPDATED_FILE), (line) => noted.add(line.toString("utf8").trim()));
  return new Set(
    run.orgs
      .filter(({ name, plan }) => noted.has(JSON.stringify({ org: name, digest: plan?.digest })))
      .map(({ name }) => name),
  );
}

/** Reads a folder of plans. @throws UserError for one that is not whole, or was changed */
export function readPlans(folder: string): Plans {
  const refuse = (why: string) => fleetErrors["plans-folder-not-whole"]({ folder, why });
  const run = parseRun(textOf(folder, RUN_FILE, refuse), refuse);
  const results = new Map(run.orgs.map((result) => [result.name, result]));
  const read = (org: string, which: "head" | "base", digest: string): PlanFile => {
    const { id } = results.get(org)!;
    const file = planName(org, which);
    const plan = parsePlanFile(textOf(folder, file, refuse), {
      plan: "The plan",
      file: path.join(folder, file),
      next: "",
    });
    if (plan.digest !== digest) throw refuse(`${file} is not the plan that ${RUN_FILE} lists`);
    if (plan.org.id !== id)
      throw fleetErrors["plan-of-another-org"]({ name: org, folder, found: plan.org.id, id });
    return plan;
  };
  return {
    folder,
    run,
    file: (org) => path.join(folder, planName(org)),
    plan: (org) => {
      const plan = read(org, "head", results.get(org)?.plan?.digest ?? never(org));
      if (!isFullPlan(plan)) throw refuse(`${planName(org)} does not hold every grant`);
      return plan;
    },
    base: (org) => {
      const digest = (results.get(org)?.plan ?? never(org)).baseDigest;
      return digest === null ? null : read(org, "base", digest);
    },
  };
}

function never(org: string): never {
  throw new Error(`the run has no plan of ${org}`);
}

function textOf(folder: string, name: string, refuse: (why: string) => CodedError): string {
  const answer = readRegular(path.join(folder, name), LARGEST_TEXT);
  if ("bytes" in answer) return answer.bytes.toString("utf8");
  throw refuse(
    answer.code === "ENOENT" ? `${name} is not there, as where a run was ended` : `${name} ${answer.why}`,
  );
}

function parseRun(text: string, refuse: (why: string) => CodedError): FleetRun {
  let run: unknown;
  try {
    run = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refuse(`${RUN_FILE} is no JSON`);
  }
  if (!runValidator()(run)) throw refuse(`${RUN_FILE} is not of this release`);
  const { digest, ...content } = run;
  if (digestOf(content) !== digest) throw refuse(`${RUN_FILE} was changed`);
  return run;
}
