import type { Table } from "../render/table.ts";

/** A part of a report that is a table: the same for every format. Names in the table are untrusted text. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** Said above the table, with code between backticks. None of it is untrusted. */
  readonly note?: string;
  /** Whether the note is one that must not be overlooked. */
  readonly alarm?: true;
  /** Said in place of a table that has no rows. */
  readonly nothing: string;
  /** What the rows are, and in which order. */
  readonly caption: string;
  readonly table: Table;
  /** How many things it is about, where that is not its rows; null where it cannot be known. */
  readonly count?: number | null;
  /** Whether people read all of its rows, and do not only look something up in it. */
  readonly readThrough?: true;
  /** Whether it is looked something up in alone, so that on paper it is an annex, for whoever asks for it. */
  readonly annex?: true;
}
