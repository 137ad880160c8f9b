import { commitToBranch, originOf, pushBranch } from "../forge/branch.ts";
import { printable } from "../printable.ts";
import { markdownFence, markdownText } from "../report/render/markdown.ts";
import { shellCommand } from "../shell.ts";
import type { EditedPolicy } from "./editing.ts";
import { cliErrors } from "./errors.ts";
import type { EditOptions } from "./options.ts";

/**
 * Puts decisions on a branch of their own and, where that is asked for, opens a pull request.
 * @param decisions in a few words each; untrusted text
 * @returns what was done, for people
 */
export async function propose(
  edited: EditedPolicy,
  { branch, pullRequest = false, post, repository }: EditOptions & { readonly branch: string },
  decisions: readonly string[],
  difference: string,
): Promise<string> {
  const origin = pullRequest ? originOf(edited.real) : null;
  const forgeName = post ?? origin?.forge ?? null;
  if (pullRequest && forgeName === null) throw cliErrors["forge-not-known"]();
  const opening = pullRequest
    ? await forgeFor(forgeName!, repository ?? origin?.repository ?? undefined)
    : null;

  const said = decisions.map(printable);
  const title = said.length === 1 ? said[0]! : `Decide on ${said.length} apps`;
  const message = `${title.slice(0, 200)}\n\n${said.map((line) => `- ${line}`).join("\n")}\n`;
  const { commit, base } = commitToBranch(
    { file: edited.real, before: edited.before, after: edited.text },
    branch,
    message,
  );
  const done = `${commit.slice(0, 12)} is on the new branch ${printable(branch)}; ${printable(edited.file)} here is as it was. Nothing is revoked by that.`;
  if (opening === null) return `${done} Next: \`${shellCommand(["git", "push", "origin", branch])}\`\n`;
  if (base === null) throw cliErrors["base-branch-not-known"]();
  pushBranch(edited.real, branch);
  const body = [
    decisions.map((line) => `- ${markdownText(line)}`).join("\n"),
    "Nothing is revoked before this is merged and applied.",
    markdownFence(difference),
  ].join("\n\n");
  const url = await opening.openPullRequest({ branch, base, title: title.slice(0, 200), body });
  return `${done} It is pushed: ${printable(url)}\n`;
}

async function forgeFor(name: NonNullable<EditOptions["post"]>, repository: string | undefined) {
  const { forgeFromEnvironment } = await import("../forge/fromEnvironment.ts");
  return forgeFromEnvironment(name, repository === undefined ? {} : { repository }, false, process.env);
}
