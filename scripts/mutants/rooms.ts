import { matchesGlob } from "node:path";

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

/** What reads the grants past the ceiling and holds them against the org's count. */
const LISTING = inInventory("grants", "partition", "readGrants", "readRange", "recount");
/** What reads them where the org refuses to compare what divides them. */
const LISTS = inInventory("queryForms", "readListed", "waysToRead");

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
  // Tests of its own: those that play whole listings by the hundred would take hours for all mutants.
  {
    name: "listing",
    goal: 85,
    sources: LISTING,
    tests: ["dividing", "partition", "settling"].map(testOfInventory),
  },
  {
    name: "lists",
    goal: 85,
    sources: LISTS,
    tests: ["lists", "queryForms", "settling"].map(testOfInventory),
  },
  // Without the plays of orgs that change, fail and sort in every way, for the same reason.
  room("inventory", 85, ["inventory"], ["changing", "faults", "lists", "orders"].map(testOfInventory), [
    ...LISTING,
    ...LISTS,
  ]),
  room("salesforce", 85, ["salesforce", "http"]),
  room("http", 85, ["http", "salesforce"]),
  room("policy", 85, ["policy", "resolve"]),
];

function inInventory(...names: readonly string[]): string[] {
  return names.map((name) => `src/inventory/${name}.ts`);
}

function testOfInventory(name: string): string {
  return `test/inventory/${name}.test.ts`;
}

/** The room that a file is in: a folder of src/ has more than one where its tests differ. */
export function roomOf(file: string): Room | undefined {
  const isOneOf = (globs: readonly string[]) => globs.some((glob) => matchesGlob(file, glob));
  return ROOMS.find(({ sources }) => {
    const left = sources.flatMap((glob) => (glob.startsWith("!") ? [glob.slice(1)] : []));
    return isOneOf(sources) && !isOneOf(left);
  });
}

function room(
  name: string,
  goal: number,
  folders: readonly string[],
  withoutTests: readonly string[] = [],
  withoutSources: readonly string[] = [],
): Room {
  const without = (files: readonly string[]) => files.map((file) => `!${file}`);
  return {
    name,
    goal,
    // A catalogue of errors holds what people read and its examples: docs/errors.md is compared with them whole.
    sources: [`src/${name}/**/*.ts`, ...without([`src/${name}/errors.ts`, ...withoutSources])],
    tests: [...folders.map((folder) => `test/${folder}/**/*.test.ts`), ...without(withoutTests)],
  };
}
