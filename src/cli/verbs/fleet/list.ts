import { Command, Option } from "commander";
import { exitCodeOf } from "../../../fleet/exitCode.ts";
import { fleetSurroundings } from "../../../fleet/stackConfig.ts";
import { answersAcross } from "../../../report/list/acrossFleet.ts";
import { acrossCsv, acrossJson, acrossText } from "../../../report/list/acrossFormats.ts";
import { heldApps } from "../../../report/list/heldApps.ts";
import { type FleetOptions, selectedFleet, throwUnexpected, withFleetOptions } from "../../fleet.ts";
import { countingProgress, terminal } from "../../terminalOutput.ts";

interface ListOptions extends FleetOptions {
  readonly app?: string;
  readonly user?: string;
  readonly format: "table" | "json" | "csv";
}

/** `sanctioned fleet list`: which orgs have an app, or a user's grants; the apps across orgs where neither is named. */
export function fleetListCommand(): Command {
  return withFleetOptions(new Command("list"))
    .description("list in which orgs an app is connected or a user has grants, or the apps across orgs")
    .option("--app <name>", "this app: by its name in every org, or by an id, which stands for its names")
    .option("--user <name>", "this user (username or id)")
    .addOption(
      new Option("--format <format>", "output format").choices(["table", "json", "csv"]).default("table"),
    )
    .addHelpText(
      "after",
      "\nAsks no policy. An org that could not be read is unknown, never without the app.\n" +
        "Exits 0, whatever is found; 1 when an org could not be read, 4 when a list is inconclusive.\n" +
        "\nExamples:\n  $ npx sanctioned fleet list --app Drift\n  $ npx sanctioned fleet list --user ada@acme.example --format json",
    )
    .action(async (options: ListOptions) => {
      const { app, user, format, atOnce } = options;
      const { orgs, notSelected, folder } = await selectedFleet(options);
      const { readFleet } = await import("../../../fleet/readFleet.ts");
      const progress = countingProgress("orgs read", orgs.length);
      const reading = await readFleet(
        orgs,
        fleetSurroundings(folder, process.env),
        (inventory) => heldApps(inventory, user),
        { ...(atOnce === undefined ? {} : { orgsAtOnce: atOnce }), onOrg: progress.one },
      ).finally(progress.stop);
      const asked = reading.orgs.map((one) => ({
        org: one.org.name,
        id: one.org.id,
        held: "value" in one ? one.value : null,
        problem: "value" in one ? null : one.problem,
      }));
      const answers = answersAcross({ app, user }, asked, notSelected);
      const output = { table: acrossText, json: acrossJson, csv: acrossCsv }[format](answers, terminal());
      process.stdout.write(output);
      const results = reading.orgs.map((one) =>
        "value" in one ? ({ status: "clean", problem: null } as const) : one,
      );
      process.exitCode = exitCodeOf({ orgs: results, limits: { refusal: null } }, false);
      throwUnexpected(reading);
    });
}
