import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { parseLine } from "../audit/line.ts";
import { CodedError } from "../errors.ts";
import { readRegularLines } from "../regularFile.ts";
import { defaultRecord } from "../run/settings.ts";
import { VARIABLES } from "../salesforce/settingKeys.ts";
import { parseState } from "../state/exportedState.ts";
import { verifyState } from "../state/verifyState.ts";
import { fleetErrors } from "./errors.ts";
import type { Fleet, FleetOrg } from "./orgs.ts";
import type { Plans } from "./plansFolder.ts";
import { engineOf } from "./stackConfig.ts";
import type { FleetSurroundings } from "./surroundings.ts";
import { credentialNames, updateEnvironment, withoutCredentials } from "./updateEnvironment.ts";
import type { OrgUpdate } from "./updateInWaves.ts";
import type { WaveOrg } from "./waves.ts";

const run = promisify(execFile);
/** More than a state has. */
const MOST_BYTES = 1024 * 1024 * 1024;

/** How long the provider of an engine that was killed has to end its run on record: it stops once its call is answered. */
const MOST_WAITS = 150;
const WAIT_MS = 100;

/** Of the project that is updated, and none of this package's. */
const ENGINE_PACKAGE = "pulumi";

/** What the updates of a fleet share. */
export interface UpdateAsked {
  readonly fleet: Fleet;
  readonly surroundings: FleetSurroundings;
  /** The folder of the plans that the updates are held to: as it was read when the fleet's limits were judged. */
  readonly plans: Plans;
  /** Tells the engines to end what is under way. */
  readonly signal: AbortSignal;
}

/** Updates one org by its stack, held to its own plan, with its own way in and on its own record. @throws nothing but what nobody expected */
export async function updateOrg(one: WaveOrg, asked: UpdateAsked): Promise<OrgUpdate> {
  const { org, revocations: planned } = one;
  const shared = { org: org.name, wave: org.wave, planned };
  let record: string | null = null;
  const seen = new Set<string>();
  try {
    const config = await asked.surroundings.stackConfig(one.stack);
    refuseOtherwise(one, config);
    record = path.resolve(asked.surroundings.folder, config.get("auditFile") ?? defaultRecord(org.id));
    for (const id of runsIn(record).keys()) seen.add(id);
    await verifyBefore(one, asked);
    asked.plans.plan(org.name); // once more: that it is still the plan that the fleet's limits were held to
    if (asked.signal.aborted) throw fleetErrors["update-not-begun"]();
    await up(one, asked);
    const outcomes = outcomesSince(record, seen);
    return {
      ...shared,
      status: Object.keys(outcomes).length === 0 ? "nothing" : "revoked",
      outcomes,
      why: null,
    };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    if (record !== null && error.code === "engine-killed") await runsEnded(record, seen);
    const outcomes = record === null ? {} : outcomesSince(record, seen);
    return { ...shared, status: "failed", outcomes, why: error.message };
  }
}

/** A stack that says what it is updated by must not say another thing than the fleet. @throws UserError */
function refuseOtherwise({ org, stack }: WaveOrg, config: ReadonlyMap<string, string>): void {
  const policy = config.get("policy");
  if (policy !== undefined && path.posix.normalize(policy) !== path.posix.normalize(org.policy))
    throw fleetErrors["stack-says-otherwise"]({
      stack,
      key: "policy",
      found: policy,
      expected: `${org.policy}, as the file of the orgs says`,
    });
  const approved = config.get("approvedPlan");
  if (approved)
    throw fleetErrors["stack-says-otherwise"]({
      stack,
      key: "approvedPlan",
      found: approved,
      expected: "the org's plan of the folder",
    });
}

/** Before anything of a state is run: that its code is this package's, looked at without a credential. @throws UserError */
async function verifyBefore({ stack }: WaveOrg, { fleet, surroundings }: UpdateAsked): Promise<void> {
  const { folder, env } = surroundings;
  const command = ["stack", "export", "--stack", stack, "--non-interactive"];
  let text: string;
  try {
    const { stdout } = await run(engineOf(folder), command, {
      cwd: folder,
      env: { ...withoutCredentials(env, credentialNames(fleet)), PULUMI_SKIP_UPDATE_CHECK: "true" },
      maxBuffer: MOST_BYTES,
      shell: process.platform === "win32",
    });
    text = stdout;
  } catch (error) {
    const { code, stderr = "" } = error as { code?: unknown; stderr?: string };
    if (code === undefined) throw error;
    throw fleetErrors["stack-state-not-read"]({
      stack,
      why: stderr.trim().split("\n")[0] || `pulumi ended with ${code}`,
    });
  }
  const [first, ...more] = verifyState(parseState(text, `The state of ${stack}`), []);
  if (first !== undefined)
    throw fleetErrors["stack-state-not-verified"]({
      stack,
      why: `${first.text}${more.length === 0 ? "" : ` (and ${more.length} more)`}`,
    });
}

/** Runs the update by Pulumi's Automation API. @throws UserError with the engine's reasons where it fails */
async function up({ org, stack: name }: WaveOrg, asked: UpdateAsked): Promise<void> {
  const { fleet, surroundings, plans, signal } = asked;
  const { folder } = surroundings;
  // Loaded only when it is needed: the SDK is large.
  const { default: automation } = await import("@pulumi/pulumi/automation/index.js");
  const envVars = await variablesOf(org, fleet, surroundings, plans.file(org.name));
  const root = await engineRoot(folder, surroundings.env);
  const pulumiCommand = await automation.PulumiCommand.get(root === null ? {} : { root });
  const workspace = await automation.LocalWorkspace.create({ workDir: folder, envVars, pulumiCommand });
  // Whoever types `pulumi up` here next has the stack that they had: each command names its own.
  Object.assign(workspace, { selectStack: () => Promise.resolve() });
  const stack = await automation.Stack.select(name, workspace);
  const reasons: string[] = [];
  // The SDK heeds a signal from when the engine is there: one that came before is told with the first that the engine says.
  const telling = new AbortController();
  let isThere = false;
  const tell = (): void => {
    if (isThere && signal.aborted) telling.abort();
  };
  signal.addEventListener("abort", tell);
  try {
    await stack.up({
      signal: telling.signal,
      color: "never",
      showSecrets: false,
      onEvent: ({ diagnosticEvent }) => {
        isThere = true;
        tell();
        if (diagnosticEvent?.severity === "error") reasons.push(plainText(diagnosticEvent.message));
      },
    });
  } catch (error) {
    if (!(error instanceof automation.CommandError)) throw error;
    throw whyFailed(name, [...new Set(reasons)].join(" "), signal.aborted, error);
  } finally {
    signal.removeEventListener("abort", tell);
  }
}

/** What an update failed by, and the command that comes next. */
function whyFailed(stack: string, said: string, isToldToEnd: boolean, cause: Error): CodedError {
  const { message } = cause;
  const killedBy = /Command was killed with (SIG[A-Z0-9]+)/.exec(message)?.[1];
  if (killedBy !== undefined) return fleetErrors["engine-killed"]({ signal: killedBy, stack, cause });
  const reason = said || lastLines(message);
  // As the SDK's errors.ts tells it, of a state in files and of Pulumi Cloud.
  if (/the stack is currently locked by|Another update is currently in progress/.test(message + said))
    return fleetErrors["stack-locked"]({ reason, stack, cause });
  return isToldToEnd
    ? fleetErrors["update-ended"]({ reason, stack, cause })
    : fleetErrors["update-failed"]({ reason, cause });
}

/** Waits until the runs of a record that began since have ended, or for as long as that may take. */
async function runsEnded(record: string, seen: ReadonlySet<string>): Promise<void> {
  for (let n = 0; n < MOST_WAITS && outcomesSince(record, seen).unknown !== undefined; n++)
    await wait(WAIT_MS);
}

/**
 * What the update of an org has in its environment beside that of this process, which the SDK hands on: its own plan, and in place of every
 * variable of a login what its update is told, or nothing. An empty variable says nothing.
 */
export async function variablesOf(
  org: FleetOrg,
  fleet: Fleet,
  surroundings: FleetSurroundings,
  plan: string,
): Promise<Record<string, string>> {
  const told = await updateEnvironment(org, fleet, surroundings);
  const names = [...credentialNames(fleet), ...Object.values(VARIABLES)];
  return {
    ...Object.fromEntries(names.map((name) => [name, told[name] ?? ""])),
    SANCTIONED_AUDIT_FILE: "",
    SANCTIONED_APPROVED_PLAN: path.resolve(plan),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

/** Without what the engine marks colours by, and in one line. */
function plainText(message: string): string {
  return message
    .replace(/<\{%[^%]*%\}>/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** Where the engine gave no reason: the end of what it said. */
function lastLines(text: string): string {
  return plainText(text).slice(-500);
}

/**
 * Where the engine itself is: npm's `pulumi` only starts it, and hands no signal on (its run.js). Null for the one on the path.
 */
async function engineRoot(folder: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  let version: string;
  try {
    const file = createRequire(path.join(folder, "package.json")).resolve(`${ENGINE_PACKAGE}/package.json`);
    ({ version } = JSON.parse(readFileSync(file, "utf8")) as { version: string });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return null;
    throw error;
  }
  const home = env.PULUMI_HOME || path.join(homedir(), ".pulumi");
  const root = path.join(home, "versions", version);
  const isThere = () => existsSync(path.join(root, "bin", "pulumi"));
  if (!isThere()) await run(engineOf(folder), ["version"], { cwd: folder, env }).catch(() => undefined); // it fetches the engine
  return isThere() ? root : null;
}

/** Grants by outcome of each run of a record. A record that is not there has none. */
function runsIn(record: string): ReadonlyMap<string, Readonly<Record<string, number>>> {
  const runs = new Map<string, Readonly<Record<string, number>>>();
  readRegularLines(record, (bytes) => {
    const line = parseLine(bytes);
    if (line?.event === "run-start") runs.set(line.run, { unknown: line.revocations });
    if (line?.event === "run-end") runs.set(line.run, line.outcomes);
  });
  return runs;
}

function outcomesSince(record: string, seen: ReadonlySet<string>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [id, outcomes] of runsIn(record))
    if (!seen.has(id))
      for (const [status, count] of Object.entries(outcomes)) sums[status] = (sums[status] ?? 0) + count;
  return sums;
}
