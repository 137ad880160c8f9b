import { type Command, Option } from "commander";
import { historyOf, historyWithin } from "../fleet/history/history.ts";
import { historyOfRevoking, historyRun } from "../fleet/history/historyRun.ts";
import type { HistoryVerb } from "../fleet/history/historySchema.ts";
import type { History } from "../fleet/history/keptRuns.ts";
import type { FleetRun } from "../fleet/runSchema.ts";
import type { FleetPlanOptions, SelectedFleet } from "./fleet.ts";

export interface HistoryOptions {
  readonly history?: string;
}

/** Adds what says where a run is kept to a verb that judges. */
export function withHistoryOption(command: Command): Command {
  return command.addOption(
    new Option(
      "--history <file>",
      "add a summary of the run, which names nobody, to this file (default: the one that the file of the orgs names)",
    ).conflicts(["base", "asOf"]),
  );
}

/** Where runs are kept, as asked or as the file of the orgs says; null for nowhere. @param selected null where there is no such file @throws UserError where it is no history */
export async function historyAsked(
  selected: Pick<SelectedFleet, "fleet" | "folder"> | null,
  { history: asked }: HistoryOptions,
): Promise<History | null> {
  const named = selected?.fleet.history ?? null;
  if (asked === undefined && named === null) return null;
  const history = await historyOf(asked ?? historyWithin(selected!.folder, named!));
  history.check();
  return history;
}

/** Keeps a run once it is over: one that judged, or, of one that revoked, how many grants by the name of the org. */
export type KeepRun = (run: FleetRun, verb: HistoryVerb, revoked?: ReadonlyMap<string, number>) => void;

/**
 * What keeps a run, asked for before anything is read, so that a file that cannot be used costs nothing. A run by policies that do not
 * hold yet, or at another time, is a question, and is not kept; nor is a look at plans that another run made.
 * @param selected null for plans of another run
 * @throws UserError where what is named is no history
 */
export async function keeperOf(
  selected: SelectedFleet | null,
  options: HistoryOptions & Partial<Pick<FleetPlanOptions, "base" | "asOf">>,
): Promise<KeepRun> {
  if (selected === null || options.base !== undefined || options.asOf !== undefined) return () => undefined;
  const history = await historyAsked(selected, options);
  return (run, verb, revoked) =>
    history?.add(
      revoked === undefined ? historyRun(run, verb) : historyOfRevoking(run, verb, Date.now(), revoked),
    );
}
