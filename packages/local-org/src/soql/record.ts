import type { Row } from "../store/rows.ts";
import type { FieldType } from "../store/schema.ts";
import type { View } from "../store/view.ts";
import { type Reading, reference } from "./reading.ts";

type Shown = Record<string, unknown>;

/** Rows as a query's answer shows them: what was selected, at its path, and where to find each record. */
export class Records {
  readonly #view: View;
  readonly #apiBase: string;

  /** @param apiBase where the version of the API begins that the query was asked through */
  constructor(view: View, apiBase: string) {
    this.#view = view;
    this.#apiBase = apiBase;
  }

  show(object: string, row: Row, readings: readonly Reading[]): Shown {
    const record = this.#record(object, row);
    for (const { path, type, read } of readings) {
      this.#place(shownAs(type, read(row)), path, record, object, row);
    }
    return record;
  }

  #record(object: string, { Id }: Row): Shown {
    return { attributes: { type: object, url: `${this.#apiBase}/sobjects/${object}/${Id ?? NO_ID}` } };
  }

  /** Puts a value where its path leads from a record; a reference to nothing is null as a whole. */
  #place(value: unknown, [step, ...rest]: readonly string[], record: Shown, object: string, row: Row): void {
    if (rest.length === 0) {
      record[step!] = value;
      return;
    }
    const { to, follow } = reference(object, step!, this.#view)!;
    const target = follow(row);
    record[step!] = target === undefined ? null : (record[step!] ?? this.#record(to, target));
    if (target !== undefined) this.#place(value, rest, record[step!] as Shown, to, target);
  }
}

/** A group of records, which is none itself. */
export function aggregateResult(row: Row, readings: readonly Reading[]): Shown {
  const values = readings.map(({ path: [name], type, read }) => [name!, shownAs(type, read(row))]);
  return { attributes: { type: "AggregateResult" }, ...Object.fromEntries(values) };
}

function shownAs(type: FieldType, value: Row[string]): Row[string] {
  return type === "datetime" && typeof value === "number" ? datetime(value) : value;
}

const NO_ID = "000000000000000AAA";

/** `2026-04-07T16:00:10.000+0000`. */
export function datetime(time: number): string {
  return new Date(time).toISOString().replace("Z", "+0000");
}
