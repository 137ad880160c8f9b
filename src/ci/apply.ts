import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CodedError } from "../errors.ts";
import { withoutTokens } from "../fleet/updateEnvironment.ts";
import { parsePolicy } from "../policy/load.ts";
import { openFrom } from "../policy/namedFile.ts";
import { type Commit, tipOf, withCommit } from "./commit.ts";
import { ciErrors } from "./errors.ts";
import type { Source } from "./git.ts";
import { type PulumiPlace, updateByPulumi } from "./pulumi.ts";
import { differenceOf, holdToTop } from "./workspace.ts";

/** What is applied, and by what it is held. */
export interface ApplyAsked {
  /** The approved plan. */
  readonly plan: string;
  /** The folders whose policies it was made of. */
  readonly folders: readonly string[];
  /** Files beside them that say what is applied to which org. */
  readonly files: readonly string[];
  /** The default branch. */
  readonly branch: string;
  /** Of the run that approved: the branch approvals/NUMBER has its signatures. */
  readonly run: string;
  /** The commit that was applied last: its list says who may sign, not the change's. */
  readonly base: string;
  /** That list's file; null for the one that the org's policy named in that commit. */
  readonly signers: string | null;
  /** The org's policy. */
  readonly policy: string;
  readonly source: Source;
  /** Of the job. */
  readonly env: NodeJS.ProcessEnv;
  /** With what the update is told alone. */
  readonly pulumi: PulumiPlace;
}

/**
 * Revokes what was approved, in the job that holds the credential, after its state was looked at.
 * @param say is handed what is told of it, line by line
 * @returns as `pulumi up` ends
 * @throws UserError where the default branch has another policy by now, as when an old run is started again
 */
export async function applyApproved(asked: ApplyAsked, say: (line: string) => void): Promise<number> {
  const work = mkdtempSync(path.join(tmpdir(), "sanctioned-apply-"));
  try {
    await holdToTip(asked, path.join(work, "now"));
    say(await takeSignatures(asked, path.join(work, "signed")));
    const signers = await signersOfBase(asked, path.join(work, "before"));
    return await updateByPulumi({
      ...asked.pulumi,
      env: {
        ...withoutTokens(asked.pulumi.env),
        SANCTIONED_APPROVED_PLAN: path.relative(asked.pulumi.folder, path.resolve(asked.plan)),
        ...(signers === null ? {} : { SANCTIONED_ALLOWED_SIGNERS: signers }),
      },
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function holdToTip(asked: ApplyAsked, now: string): Promise<void> {
  const { folders, files, branch, source, env } = asked;
  const workspace = asked.pulumi.folder;
  holdToTop(workspace);
  const tip = tipOf(branch, source, env);
  if (tip === null) throw ciErrors["branch-not-there"]({ branch });
  const refuse = (file: string) => ciErrors["policy-changed-since"]({ branch, file, tip });
  await withCommit(tip, source, env, (commit) => {
    for (const file of files) {
      const here = path.join(workspace, file);
      const there = commit.file(file);
      if (there === null || !existsSync(here) || !there.equals(readFileSync(here))) throw refuse(file);
    }
    for (const folder of folders) {
      commit.take(folder, now);
      const file = differenceOf(path.join(workspace, folder), path.join(now, folder));
      if (file !== null) throw refuse(`${folder}/${file}`);
    }
  });
}

/** Everybody who can push can make the branch: what is wrong with it must not stop an update that wants no signature. */
async function takeSignatures(asked: ApplyAsked, signed: string): Promise<string> {
  const { source, plan, env } = asked;
  const branch = `approvals/${asked.run}`;
  const tip = tipOf(branch, source, env);
  if (tip === null) return `Signatures: none, from the branch ${branch}.`;
  try {
    await withCommit(tip, source, env, (commit) => commit.take("approvals", signed));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return `Signatures: none, from the branch ${branch}. ${error.message}`;
  }
  const name = path.basename(plan);
  const folder = path.join(signed, "approvals");
  for (const file of readdirSync(folder, { withFileTypes: true }))
    if (file.isFile() && file.name.startsWith(`${name}.`) && file.name.endsWith(".sig"))
      copyFileSync(path.join(folder, file.name), path.join(path.dirname(plan), file.name));
  return `Signatures: taken from ${branch} at ${tip}.`;
}

/** The list of who may sign as it was; null where there was none. */
async function signersOfBase(
  { base, signers, policy, source, env }: ApplyAsked,
  file: string,
): Promise<string | null> {
  const list = await withCommit(base, source, env, (commit) =>
    commit.file(signers ?? signersIn(commit, policy)),
  );
  if (list === null) return null;
  writeFileSync(file, list, { flag: "wx" });
  return file;
}

/** The list that a policy named, wherever a later change puts its own; beside a policy that named none, or was not there, the usual one. */
function signersIn(commit: Commit, policy: string): string {
  const usual = path.posix.join(path.posix.dirname(policy), "allowed_signers");
  const read = (file: string) => commit.file(file)?.toString("utf8") ?? null;
  const text = read(policy);
  if (text === null) return usual;
  const result = parsePolicy(text, policy, openFrom(read));
  return "policy" in result ? (result.policy.approvals?.signers.file ?? usual) : usual;
}
