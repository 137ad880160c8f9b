import { Command, Option } from "commander";
import { doctorText } from "../../report/doctorText.ts";
import { safeJson } from "../../safeJson.ts";
import { chosenId, surroundings } from "../chosenOrg.ts";
import { givenPolicy } from "../run.ts";
import { terminal, waiting } from "../terminalOutput.ts";

/** `sanctioned doctor`: what works, what is missing, what to grant. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("connect and show what works, what is missing and what to grant")
    .option("--policy <file>", "also hold the org against this policy's org id")
    .addOption(new Option("--format <format>", "output format").choices(["text", "json"]).default("text"))
    .addHelpText(
      "after",
      "\nExits 0 when all is well, 1 when the org cannot be reached, is another or does not take the revoke call, 4 when a complete list cannot be proven.\n" +
        "\nExample:\n  $ npx sanctioned doctor --policy policy/dieppe-trading.yaml",
    )
    .action(async ({ policy, format }: { policy?: string; format: "text" | "json" }) => {
      const id = (policy === undefined ? null : givenPolicy(policy).org?.id?.value) ?? chosenId();
      const [{ doctor }, { credentialsOf }, { probeRevokeCall }] = await Promise.all([
        import("../../inventory/doctor.ts"),
        import("../../run/observer.ts"),
        import("../../run/probeRevokeCall.ts"),
      ]);
      const done = waiting("asking the org");
      const report = await doctor(
        credentialsOf(surroundings()),
        id === null ? null : { id },
        undefined,
        probeRevokeCall,
      ).finally(done);
      const { color: colour } = terminal();
      process.stdout.write(format === "json" ? safeJson(report) : doctorText(report.lines, { colour }));
      process.exitCode = report.exitCode;
    });
}
