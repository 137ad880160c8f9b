/** One thing that is measured. */
export interface Benchmark {
  readonly name: string;
  /** What is measured, in a few words. */
  readonly about: string;
  /** @returns what its JSON line says beside the name */
  run(): Promise<Readonly<Record<string, number | boolean>>>;
}

/** A number as a line shows it: enough digits to compare, no more. */
export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
