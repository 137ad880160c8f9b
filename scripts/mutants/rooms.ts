/** A part of the product, and the tests that have to notice when its logic changes. */
export interface Room {
  readonly name: string;
  /** Globs of the files that are mutated; `!` leaves out. */
  readonly sources: readonly string[];
  /** Globs of the tests that run against the mutants: those named for the room, and others that are fast; `!` leaves out. */
  readonly tests: readonly string[];
  /** The least percentage of mutants that the tests have to kill. */
  readonly goal: number;
}

/**
 * A test belongs here if it runs the room in its own process: what a spawned command or the Pulumi engine
 * does is out of the mutants' reach.
 */
export const ROOMS: readonly Room[] = [
  room("decide", 90, ["decide", "plan"]),
  room("resolve", 85, ["resolve", "policy", "decide"]),
  // The laws take random cases by the hundred for each mutant: they would make a study hours long.
  room("plan", 90, ["plan", "decide"], ["test/plan/laws.test.ts"]),
  room("apply", 90, ["apply", "run"]),
  room("audit", 85, ["audit"]),
  // Hundreds of whole listings, of orgs that sort, change and fail in every way, for each mutant: hours too.
  room(
    "inventory",
    85,
    ["inventory"],
    ["test/inventory/changing.test.ts", "test/inventory/faults.test.ts", "test/inventory/orders.test.ts"],
  ),
  room("salesforce", 85, ["salesforce", "http"]),
  room("http", 85, ["http", "salesforce"]),
  room("policy", 85, ["policy", "resolve"]),
];

function room(name: string, goal: number, folders: readonly string[], without: readonly string[] = []): Room {
  return {
    name,
    goal,
    // A catalogue of errors holds what people read and its examples: docs/errors.md is compared with them whole.
    sources: [`src/${name}/**/*.ts`, `!src/${name}/errors.ts`],
    tests: [...folders.map((folder) => `test/${folder}/**/*.test.ts`), ...without.map((file) => `!${file}`)],
  };
}
