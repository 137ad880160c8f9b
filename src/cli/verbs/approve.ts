import { lstatSync, rmSync } from "node:fs";
import { Command, Option } from "commander";
import { remakingCommand } from "../../plan/approvedPlan.ts";
import { countGrantsOf } from "../../plan/plan.ts";
import type { PlanFile } from "../../plan/planSchema.ts";
import { approvalStateText, approvalText } from "../../report/approvalText.ts";
import { approvalState, signatureFile, statementOf } from "../../run/approvals.ts";
import { safeJson } from "../../safeJson.ts";
import { sign } from "../../sign/sshKeygen.ts";
import { APPROVAL } from "../../sign/statement.ts";
import { chosenPolicy, chosenSettings, refuseOtherThanChosen } from "../chosenOrg.ts";
import { confirm } from "../confirm.ts";
import { cliErrors } from "../errors.ts";
import { EXIT } from "../exit.ts";
import { policyFile, policyFiles, readPlanFile, writeNew } from "../files.ts";
import { givenPolicy } from "../run.ts";

interface ApproveOptions {
  readonly key?: string;
  readonly check?: boolean;
  readonly policy?: string;
  readonly yes?: boolean;
  readonly format: "text" | "json";
}

/** `sanctioned approve`: a plan is signed by who has read it. */
export function approveCommand(): Command {
  return new Command("approve")
    .description("sign a plan that you have read, with an SSH key, or say who has; asks no org")
    .argument("<plan>", "the plan that `plan --out` or `revoke --dry-run --out` wrote")
    .option(
      "--key <file>",
      "private key to sign with, or the public key of one that an agent or a security key holds",
    )
    .option("--check", "say who has approved it, and whether that is enough")
    .option("--policy <file>", "the policy, for who may approve (default: the only one in the folder policy)")
    .option("--yes", "do not ask")
    .addOption(
      new Option("--format <format>", "output format, with --check")
        .choices(["text", "json"])
        .default("text"),
    )
    .addHelpText(
      "after",
      "\nThe approval is a file beside the plan, PLAN.KEY.sig; keep the two together. With --check it exits 0 where enough have approved, and 1 where not.\n" +
        "\nExamples:\n  $ npx sanctioned approve approved.json --key ~/.ssh/id_ed25519\n  $ npx sanctioned approve approved.json --check",
    )
    .action(async (file: string, { key, check = false, policy, yes = false, format }: ApproveOptions) => {
      const plan = readPlanFile(file);
      refuseOtherThanChosen(plan.org, file);
      if (check) return tellState(plan, file, policyFile(policy), format);
      if (key === undefined) throw cliErrors["key-not-named"]();
      if (plan.limits.refusal !== null)
        throw cliErrors["approving-refused-plan"]({ file, command: remakingCommand(plan) });
      process.stdout.write(approvalText(plan, file));
      if (!yes) await confirm("approve", countGrantsOf(plan.revocations));
      const signature = sign(statementOf(plan), { key, namespace: APPROVAL, env: process.env });
      const target = signatureFile(file, signature);
      // Of an earlier plan of this name; never written through a link.
      if (lstatSync(target, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(target);
      writeNew(target, signature.armored, "--key");
      process.stdout.write(`\nApproved: ${target}\n`);
      const known = policy ?? chosenPolicy() ?? policyFiles();
      if (typeof known === "string" || known.length === 1)
        tellState(plan, file, policyFile(policy), "text", false);
    });
}

/** Who has approved a plan, and whether that is enough by the policy and the settings of this machine. */
function tellState(
  plan: PlanFile,
  file: string,
  policy: string,
  format: "text" | "json",
  isAsked = true,
): void {
  const settings = chosenSettings();
  const isByHand = plan.revocations.some(({ code }) => code === "by-hand");
  const state = approvalState(
    plan,
    file,
    { policy: givenPolicy(policy), settings, purpose: isByHand ? "by-hand" : "update" },
    { env: process.env, folder: process.cwd() },
  );
  process.stdout.write(format === "json" ? safeJson(state) : approvalStateText(state));
  if (isAsked && state.signedBy.length < state.wanted) process.exitCode = EXIT.userError;
}
