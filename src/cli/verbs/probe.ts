import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import { refusedText } from "../../plan/limits.ts";
import { countGrants } from "../../plan/plan.ts";
import type { OrgProfile } from "../../probe/profileSchema.ts";
import { byHandText } from "../../report/byHandText.ts";
import { recordText } from "../../report/outcomesText.ts";
import { probeText } from "../../report/probeText.ts";
import { planByHand } from "../../run/byHand.ts";
import type { Revoker } from "../../run/revoker.ts";
import { safeJson } from "../../safeJson.ts";
import { sentence } from "../../text.ts";
import { confirm } from "../confirm.ts";
import { cliErrors } from "../errors.ts";
import { policyFile, writeNew } from "../files.ts";
import { openObserver, openRevoker, sayRaised } from "../run.ts";
import { terminal } from "../terminalOutput.ts";

interface ProbeOptions {
  readonly app?: string;
  readonly user?: string;
  readonly destructive?: boolean;
  readonly policy?: string;
  readonly yes?: boolean;
  readonly out: string;
  readonly format: "text" | "json";
}

/** `sanctioned probe`: what nobody outside Salesforce knows, asked of one org. */
export function probeCommand(): Command {
  return new Command("probe")
    .description(
      "ask an org how it answers, say what that means, and write it down without a name of the org",
    )
    .option("--out <file>", "where the org profile goes, a new file", "org-profile.json")
    .addOption(new Option("--format <format>", "output format").choices(["text", "json"]).default("text"))
    .option("--destructive", "also revoke the grants of the one pair of --app and --user, on record")
    .option("--app <name>", "name or id of that app")
    .option("--user <name>", "username or id of that user")
    .option(
      "--policy <file>",
      "the policy, for what it protects (default: the only one in the folder policy)",
    )
    .option("--yes", "do not ask before revoking")
    .addHelpText(
      "after",
      "\nReads only, but for --destructive. The profile holds answers, field lists and numbers in steps: no token, name, id or host.\n" +
        "\nExample:\n  $ npx sanctioned probe --out acme-sandbox.json",
    )
    .action(async (options: ProbeOptions) => {
      const pair = pairOf(options);
      // Nothing is revoked for a profile that then cannot be written.
      if (existsSync(options.out)) throw cliErrors["file-exists"]({ file: options.out, option: "--out" });
      const run = pair === null ? await openObserver() : await openRevoker();
      const reader = await run.connect();
      const [{ probe }, { askRevokeCall }, { checkProfile }, { meaningOf }] = await Promise.all([
        import("../../probe/probe.ts"),
        import("../../run/probeRevokeCall.ts"),
        import("../../probe/checkProfile.ts"),
        import("../../probe/meaning.ts"),
      ]);
      const asked = await probe(reader, askRevokeCall, Date.now());
      const revocation = pair === null ? null : await revokePair(run as Revoker, pair, options);
      const profile = checkProfile({ ...asked, revocation });
      writeNew(options.out, `${JSON.stringify(profile, null, 2)}\n`, "--out");
      const lines = meaningOf(profile);
      const { color: colour } = terminal();
      process.stdout.write(options.format === "json" ? safeJson(lines) : probeText(lines, { colour }));
      process.stderr.write(`The org profile is in ${options.out}. Read it, and attach it to an issue.\n`);
    });
}

interface Pair {
  readonly app: string;
  readonly user: string;
}

/** @throws UserError where a pair is named and not to be revoked, or the other way round */
function pairOf({ app, user, destructive = false }: ProbeOptions): Pair | null {
  if (!destructive && app === undefined && user === undefined) return null;
  if (!destructive || app === undefined || user === undefined) throw cliErrors["probe-pair-not-whole"]();
  return { app, user };
}

/** Revokes the pair's grants as `sanctioned revoke` does, and says of it what a profile may. What names the pair goes to standard error. */
async function revokePair(
  run: Revoker,
  pair: Pair,
  { policy, yes = false }: ProbeOptions,
): Promise<OrgProfile["revocation"]> {
  sayRaised(run.settings);
  const evaluation = await run.observe(run.want(policyFile(policy)));
  const { decisions, plan, refusal } = planByHand(evaluation, pair, run.settings);
  process.stderr.write(byHandText(evaluation, { decisions, plan }));
  if (refusal !== null) process.stderr.write(`${refusedText(refusal)}\n`);
  const count = countGrants(plan);
  if (count === 0 || refusal !== null) throw cliErrors["probe-pair-not-revocable"]();
  run.refuseUnsigned(evaluation.policy, "by-hand", null);
  if (!yes) await confirm("revoke", count);
  const { outcomes, sessions, audit } = await run.revoke(plan, evaluation, {
    purpose: "by-hand",
    reason: "sanctioned probe",
  });
  process.stderr.write(`${sentence(recordText(audit))}\n`);
  const { revocationOf } = await import("../../probe/revocation.ts");
  return revocationOf(outcomes, sessions.found);
}
