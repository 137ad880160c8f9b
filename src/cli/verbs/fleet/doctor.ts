import { Command, Option } from "commander";
import pLimit from "p-limit";
import { CodedError, shownError } from "../../../errors.ts";
import { worstOf } from "../../../fleet/exitCode.ts";
import type { FleetOrg } from "../../../fleet/orgs.ts";
import { fleetSurroundings } from "../../../fleet/stackConfig.ts";
import { type FleetSurroundings, surroundingsOf } from "../../../fleet/surroundings.ts";
import type { DoctorReport } from "../../../inventory/doctor.ts";
import { printable } from "../../../printable.ts";
import { doctorText } from "../../../report/doctorText.ts";
import { safeJson } from "../../../safeJson.ts";
import { amount } from "../../../text.ts";
import { type FleetOptions, selectedFleet, throwUnexpected, withFleetOptions } from "../../fleet.ts";
import { countingProgress, terminal } from "../../terminalOutput.ts";

interface DoctorOptions extends FleetOptions {
  readonly format: "text" | "json";
}

interface OrgDoctor {
  readonly org: string;
  readonly lines: DoctorReport["lines"];
  readonly exitCode: DoctorReport["exitCode"];
}

/** `sanctioned fleet doctor`: what works and what is missing in every org. */
export function fleetDoctorCommand(): Command {
  return withFleetOptions(new Command("doctor"))
    .description("connect to every org and show what is missing and what to grant")
    .addOption(new Option("--format <format>", "output format").choices(["text", "json"]).default("text"))
    .addHelpText(
      "after",
      "\nOf an org that has all it needs it says so in one line; `npx sanctioned doctor --org NAME` shows the rest.\n" +
        "Exits 0 when all is well everywhere, 1 when an org cannot be reached, is another or does not take the revoke call, 4 when the list of one cannot be proven complete.\n" +
        "\nExample:\n  $ npx sanctioned fleet doctor --tag production",
    )
    .action(async (options: DoctorOptions) => {
      const { orgs, notSelected, folder } = await selectedFleet(options);
      const given = fleetSurroundings(folder, process.env);
      const limit = pLimit(options.atOnce ?? 8);
      const progress = countingProgress("orgs looked at", orgs.length);
      const unexpected: { org: string; error: unknown }[] = [];
      const found = await Promise.all(
        orgs.map((org) =>
          limit(() =>
            examine(org, given, (error) => unexpected.push({ org: org.name, error })).finally(progress.one),
          ),
        ),
      ).finally(progress.stop);
      const { color: colour } = terminal();
      process.stdout.write(
        options.format === "json"
          ? safeJson({ orgs: found, notSelected })
          : found.map((one) => orgText(one, colour)).join("") + summary(found, notSelected.length),
      );
      process.exitCode = worstOf(found.map(({ exitCode }) => exitCode));
      throwUnexpected({ unexpected });
    });
}

/** Whatever keeps an org from being looked at is a line of its own. */
async function examine(
  org: FleetOrg,
  given: FleetSurroundings,
  onUnexpected: (error: unknown) => void,
): Promise<OrgDoctor> {
  const [{ doctor }, { credentialsOf }, { probeRevokeCall }] = await Promise.all([
    import("../../../inventory/doctor.ts"),
    import("../../../run/observer.ts"),
    import("../../../run/probeRevokeCall.ts"),
  ]);
  try {
    const credentials = credentialsOf(await surroundingsOf(org, given));
    return { org: org.name, ...(await doctor(credentials, { id: org.id }, undefined, probeRevokeCall)) };
  } catch (error) {
    const isKnown = error instanceof CodedError;
    if (!isKnown) onUnexpected(error);
    const text = isKnown ? shownError(error) : "An error that nobody expected; it is shown below.";
    const line = { code: "connection", status: "failed", text, remedy: null } as const;
    return { org: org.name, lines: [line], exitCode: 1 };
  }
}

function orgText({ org, lines }: OrgDoctor, colour: boolean): string {
  const amiss = lines.filter(({ status }) => status !== "ok");
  const title = `${printable(org)}: ${amiss.length === 0 ? "all is well" : amount(amiss.length, "thing")}`;
  return amiss.length === 0 ? `${title}\n` : `${title} to look at\n${doctorText(amiss, { colour })}`;
}

function summary(found: readonly OrgDoctor[], left: number): string {
  const well = found.filter(({ exitCode }) => exitCode === 0).length;
  return `${amount(found.length, "org")}: ${well} can be judged${left === 0 ? "" : `; ${left} not selected`}.\n`;
}
