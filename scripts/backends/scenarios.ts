import path from "node:path";
import type { AuditLine } from "../../src/audit/line.ts";
import type { PulumiProject, Run } from "../../test/pulumi/pulumiRun.ts";
import { type Stage, StageRecord } from "../chaos/stage.ts";
import type { BackendName, Place } from "./backend.ts";

/** What a story has at hand. */
export interface Ground {
  readonly stage: Stage;
  /** Where its states are, in the backend that it is played on. */
  readonly place: Place;
  /** A place in a folder, to move from. */
  readonly folder: Place;
  /** Notes what must not be, unless it holds. */
  readonly must: (holds: boolean, what: string) => void;
  /** Takes in what was said, of which nothing may be a secret. @returns the same */
  readonly heard: (run: Run) => Run;
}

/** A story of what happens to a stack on a backend. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** The backends that have what it is about; left out for all. */
  readonly on?: readonly BackendName[];
  readonly play: (ground: Ground) => Promise<void>;
}

/** What Pulumi says of a stack that another run has (pkg/backend/diy/lock.go). */
const LOCKED = /the stack is currently locked by \d+ lock/;
const UP = ["up", "--yes", "--skip-preview"] as const;
/** So slow that a preview fits in, in milliseconds a call. */
const HELD_MS = 1_500;

export const SCENARIOS: readonly Scenario[] = [
  { name: "two-updates-at-once", about: "two checkouts update one stack", play: (on) => atOnce(on, 2) },
  { name: "three-updates-at-once", about: "three checkouts update one stack", play: (on) => atOnce(on, 3) },
  { name: "killed", about: "kill -9 of the engine in the middle, and pulumi cancel", play: killed },
  { name: "during-update", about: "a preview and an update while another is under way", play: during },
  {
    name: "preview-by-reader",
    about: "a preview by somebody who may only read the state",
    on: ["s3", "postgres"],
    play: byReader,
  },
  {
    name: "secrets-of-config",
    about: "what is kept of secrets in the stack's config",
    play: secretsOfConfig,
  },
  { name: "moved", about: "a stack moves from a folder to this backend", play: moved },
];

/**
 * Pulumi's lock is a file that each run writes before it looks whether there is another, so that of runs that start in one
 * instant each may be told of the other: then none updates, and the next one does.
 */
async function atOnce({ stage, place, must, heard }: Ground, count: number): Promise<void> {
  const checkouts: PulumiProject[] = [];
  for (let n = 0; n < count; n++) checkouts.push(await stage.checkout(place.env));
  stage.slow();
  const runs = await Promise.all(checkouts.map((checkout) => stage.ended(checkout.start(...UP)).then(heard)));
  const won = checkouts.filter((_, n) => runs[n]!.code === 0);
  must(won.length <= 1, `${won.length} of ${count} updates at once went through`);
  for (const [n, { code, output }] of runs.entries()) {
    if (code === 0) continue;
    must(LOCKED.test(output), `an update ended with ${code}, and not for the lock: ${output.slice(-500)}`);
    must(!new StageRecord(checkouts[n]!).exists(), "an update that was told of another one has a record");
  }
  must(stage.calls() === (won.length === 0 ? 0 : stage.wanted), `${stage.calls()} calls`);
  const [next = checkouts[0]!] = won;
  if (won.length === 0) succeeds(heard(await next.run(...UP)), "an update after none went through", must);
  await isWholeAndClean({ stage, must, heard }, next);
}

async function killed({ stage, place, must, heard }: Ground): Promise<void> {
  const checkout = await stage.checkout(place.env);
  stage.slow();
  const update = checkout.start(...UP);
  must(await stage.untilCalls(6, update), "the update ended before it was killed");
  process.kill(update.pid, "SIGKILL");
  heard(await update.ended);
  must((await stage.orphans()).length === 0, "something outlived the engine");
  stage.org.setFaults([]);
  const made = stage.calls();
  must(made < stage.wanted, "nothing was left when the engine was killed");

  const before = await place.contents();
  const refused = heard(await checkout.run(...UP));
  must(
    refused.code !== 0 && LOCKED.test(refused.output),
    `the stale lock lets an update in: ${refused.code}`,
  );
  const preview = heard(await checkout.run("preview"));
  succeeds(preview, "a preview beside a stale lock", must);
  must(planned(preview) > 0, "the preview shows nothing of what is left");
  must(stage.calls() === made, "a call was made though the stack was locked");
  must(isSame(before, await place.contents()), "a refused update, or a preview, wrote to the backend");

  succeeds(heard(await checkout.run("cancel", "--yes")), "pulumi cancel", must);
  succeeds(heard(await checkout.run(...UP)), "the update after pulumi cancel", must);
  await isWholeAndClean({ stage, must, heard }, checkout);
}

async function during({ stage, place, must, heard }: Ground): Promise<void> {
  const [updating, other] = [await stage.checkout(place.env), await stage.checkout(place.env)];
  stage.slow([], HELD_MS);
  const update = updating.start(...UP);
  must(await stage.untilCalls(3, update), "the update ended before the preview");
  const [preview, second] = await Promise.all([
    other.run("preview").then(heard),
    other.run(...UP).then(heard),
  ]);
  const made = stage.calls();
  must(made < stage.wanted, "the update was over before the others were");
  stage.org.setFaults([]);
  succeeds(preview, "a preview during an update", must);
  const left = planned(preview);
  must(left >= stage.wanted - made && left < stage.wanted, `the preview shows ${left} of ${stage.wanted}`);
  must(second.code !== 0 && LOCKED.test(second.output), `a second update was let in: ${second.code}`);
  succeeds(heard(await stage.ended(update)), "the update", must);
  must(stage.calls() === stage.wanted, `${stage.calls()} calls for ${stage.wanted} grants`);
  must(!new StageRecord(other).exists(), "what only looked, or was told to wait, has a record");
  await isWholeAndClean({ stage, must, heard }, updating);
}

/** What docs/state.md says of previews of pull requests. */
async function byReader({ stage, place, must, heard }: Ground): Promise<void> {
  const checkout = await stage.checkout(place.env);
  succeeds(heard(await checkout.run(...UP)), "the update", must);
  const before = await place.contents();
  const { env, isLetIn } = place.reader!;
  const preview = heard(await checkout.runWith(env, "preview", "--expect-no-changes"));
  must(
    (preview.code === 0) === isLetIn,
    `a reader's preview ended with ${preview.code}: ${preview.output.slice(-500)}`,
  );
  const update = heard(await checkout.runWith(env, ...UP));
  must(update.code !== 0, "a reader can update");
  must(isSame(before, await place.contents()), "a reader wrote to the backend");
  await isWholeAndClean({ stage, must, heard }, checkout);
}

/** What docs/state.md says of secrets in the stack's config. */
async function secretsOfConfig({ stage, place, must, heard }: Ground): Promise<void> {
  const checkout = await stage.checkout(place.env);
  const [old, rotated] = ["the-old-secret-of-the-config", "the-new-secret-of-the-config"];
  const update = async (secret: string) => {
    succeeds(heard(await checkout.run("config", "set", "--secret", "backends", secret)), "config set", must);
    succeeds(heard(await checkout.run(...UP)), "the update", must);
    return heard(await checkout.run("stack", "export")).output;
  };
  const exported = await update(old);
  const ciphertexts = [...exported.matchAll(/"ciphertext": *"([^"]+)"/g)].map(([, text]) => text!);
  must(ciphertexts.length === 2, `the state holds ${ciphertexts.length} ciphertexts of one secret`);
  must(!exported.includes(old), "an export shows the secret");
  const shown = (await checkout.run("stack", "export", "--show-secrets")).output;
  must(shown.split(old).length === 3, "--show-secrets does not show it twice");
  const later = await update(rotated);
  must(!ciphertexts.some((text) => later.includes(text)), "the state still holds the old one");
  const kept = [...(await place.contents()).values()].join("\n");
  must(
    ciphertexts.every((text) => kept.includes(text)),
    "the backend no longer holds the old one",
  );
  must(!kept.includes(old) && !kept.includes(rotated), "the backend holds a secret in the clear");
  await isWholeAndClean({ stage, must, heard }, checkout);
}

async function moved({ stage, place, folder, must, heard }: Ground): Promise<void> {
  const old = await stage.checkout(folder.env);
  succeeds(heard(await old.run(...UP)), "the update before the move", must);
  const { file } = new StageRecord(old);
  const stack = path.join(old.folder, "stack.json");
  succeeds(heard(await old.run("stack", "export", "--file", stack)), "the export", must);

  // It comes with a new stack of the same name.
  const shared = await stage.checkout({ ...place.env, SANCTIONED_AUDIT_FILE: file });
  succeeds(heard(await shared.run("stack", "import", "--file", stack)), "the import", must);
  const [kept, known] = [await auditHead(shared), await auditHead(old)];
  must(known !== null && kept === known, `auditHead was not kept: ${known} became ${kept}`);
  await isWholeAndClean({ stage, must, heard }, shared, old);

  const [user, app] = ["user1@generated.example", "App 1"];
  stage.org.store.authorize({ username: user, app, createdAt: Date.now(), lastUsedAt: null, useCount: 0 });
  succeeds(heard(await shared.run(...UP)), "the update after the move", must);
  const starts = new StageRecord(old)
    .text()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as AuditLine)
    .filter((line) => line.event === "run-start");
  must(starts.length === 2, `${starts.length} runs are on record`);
  must(starts.at(-1)?.before?.found === "last", "the record was not held against the hash that moved along");
  await isWholeAndClean({ stage, must, heard }, shared, old);
}

/** The hash that the stack keeps of the record; Pulumi may say more than that. */
async function auditHead(checkout: PulumiProject): Promise<string | null> {
  const { output } = await checkout.run("stack", "output", "auditHead");
  return /^[0-9a-f]{64}$/m.exec(output)?.[0] ?? null;
}

/** What ought to be gone is, all of it is on record, and a preview from anywhere is clean. */
async function isWholeAndClean(
  { stage, must, heard }: Pick<Ground, "stage" | "must" | "heard">,
  checkout: PulumiProject,
  recorded = checkout,
): Promise<void> {
  for (const what of stage.outcome().wrong) must(false, what);
  const record = new StageRecord(recorded);
  for (const what of record.problems(true)) must(false, `the record: ${what}`);
  must(record.calls() === stage.calls(), `${stage.calls()} calls, ${record.calls()} of them on record`);
  const verified = heard(await recorded.cli("audit", "verify", record.file));
  must(verified.code === 0, `audit verify says ${verified.output}`);
  const clean = heard(await checkout.run("preview", "--expect-no-changes"));
  must(clean.code === 0, `the preview is not clean: ${clean.output.slice(-500)}`);
}

function succeeds({ code, output }: Run, what: string, must: Ground["must"]): void {
  must(code === 0, `${what} ended with ${code}: ${output.slice(-500)}`);
}

/** How many revocations a preview says are planned. */
function planned({ output }: Run): number {
  return Number(/(\d+) revocations? planned/.exec(output)?.[1] ?? 0);
}

function isSame(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([name, text]) => other.get(name) === text);
}
