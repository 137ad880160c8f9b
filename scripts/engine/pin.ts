import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The root folder of the checkout, with a slash at its end. */
export const checkout = fileURLToPath(new URL("../../", import.meta.url));

/**
 * The version of the Pulumi engine this checkout works with, for example "3.259.0". It stands once,
 * as the pin of the npm package `pulumi`; the Go module in engine/pulumi must carry the same number.
 */
export function pinnedVersion(): string {
  const { devDependencies } = JSON.parse(readFileSync(`${checkout}package.json`, "utf8"));
  return devDependencies.pulumi;
}

/**
 * Is the engine that calls itself `found` ("v3.260.1", as `pulumi version` prints it) of the same
 * major version as `wanted` and not older? A pre-release of the wanted version itself is older.
 */
export function isRecentEnough(found: string, wanted: string): boolean {
  const have = parse(found);
  const want = parse(wanted);
  if (!have || !want || have.numbers[0] !== want.numbers[0]) return false;
  for (const [place, number] of want.numbers.entries()) {
    if (have.numbers[place] !== number) return have.numbers[place]! > number;
  }
  return !have.preRelease;
}

function parse(version: string): { numbers: number[]; preRelease: boolean } | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?(-[^+]+)?/.exec(version.trim());
  if (!match) return undefined;
  return { numbers: [match[1], match[2], match[3] ?? 0].map(Number), preRelease: match[4] !== undefined };
}
