import type { HistoryRun } from "./historySchema.ts";

/** What a history holds. */
export interface KeptRuns {
  /** In the order in which they were looked at. */
  readonly runs: readonly HistoryRun[];
  /** Entries that are not whole, as a kill leaves them, or that nobody of this release wrote. */
  readonly leftAside: number;
}

/** The file or database that a fleet's runs are kept in. */
export interface History {
  /** As it was named. */
  readonly file: string;
  /** Refuses what is no history, and changes nothing. @throws UserError */
  check(): void;
  /** Adds one run, whole or not at all; other runs may do so at the same time. @throws UserError where it is no history, or cannot be written */
  add(run: HistoryRun): void;
  /** Nothing where there is no file yet. @throws UserError where it is no history, or cannot be read */
  read(): KeptRuns;
}
