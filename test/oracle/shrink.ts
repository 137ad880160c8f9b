import type { Case } from "./case.ts";
import { type Difference, differences } from "./compare.ts";
import type { Path } from "./places.ts";

/** How long cases are tried with something left out, in milliseconds. */
const LONGEST = 20_000;

/** The smallest case found by leaving out one thing after the other that still shows the difference. */
export async function shrink(one: Case, { about }: Difference): Promise<Case> {
  const until = Date.now() + LONGEST;
  const isStillThere = async (smaller: Case) => {
    try {
      return (await differences(smaller)).some((found) => found.about === about);
    } catch {
      return false; // no org or no policy any more
    }
  };
  let smallest = one;
  for (let before: Case | null = null; before !== smallest && Date.now() < until; ) {
    before = smallest;
    // From the end, so that what is left out does not move what is still to come.
    for (const path of removable(smallest).reverse()) {
      if (Date.now() >= until) break;
      const smaller = without(smallest, path);
      if (await isStillThere(smaller)) smallest = smaller;
    }
  }
  return smallest;
}

/** The places of all that can be left out: of the policy, and grants and apps. */
function removable({ files, org }: Case): Path[] {
  return [
    ...(["own", "base", "baseline"] as const).flatMap((file) => below(files[file], ["files", file])),
    ...(["grants", "apps"] as const).flatMap((key) => org[key].map((_, i): Path => ["org", key, i])),
  ];
}

function below(value: unknown, path: Path): Path[] {
  if (typeof value !== "object" || value === null) return [];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [...keys].flatMap((key) => [[...path, key], ...below((value as never)[key], [...path, key])]);
}

function without(one: Case, path: Path): Case {
  const copy = structuredClone(one);
  const last = path.at(-1)!;
  const holder = path.slice(0, -1).reduce<unknown>((value, key) => (value as never)?.[key], copy);
  if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else if (typeof holder === "object" && holder !== null) delete (holder as Record<string, unknown>)[last];
  return copy;
}
