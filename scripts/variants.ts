import { Command, InvalidArgumentError } from "commander";
import { readProfileFile } from "salesforce-local-org";
import { type Space, spaceOf } from "./variants/factors.ts";
import { type Played, type PlayOptions, play } from "./variants/play.ts";
import { smallest } from "./variants/shrink.ts";
import { aloneOf, chosen, labelOf, rowsOf, type Variant } from "./variants/variants.ts";

const whole = (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError("a whole number from 0");
  return value;
};

interface Options {
  readonly seed: number;
  readonly filler: number;
  readonly only: readonly string[];
  readonly set: readonly string[];
  readonly profile?: string;
  readonly quiet?: boolean;
  readonly short?: boolean;
}

/** `npm run variants`: holds the tool to the truth in every kind of org that may exist. */
async function main(): Promise<void> {
  const gather = (text: string, before: readonly string[]) => [...before, text];
  const command = new Command("npm run variants --")
    .description("play the tool against local orgs with every two values of the settings together")
    .option("--seed <number>", "which pairs stand in one row", whole, 1)
    .option("--filler <number>", "grants of a listed app besides, to pass the ceiling of 2,500", whole, 2_600)
    .option("--only <name>", "this variant alone, repeatable", gather, [])
    .option("--set <name=value>", "one variant with these values, repeatable", gather, [])
    .option(
      "--profile <file>",
      "as far as the profile of an org does not tell, which `sanctioned probe` writes",
    )
    .option("--short", "without rows for two values that both keep a list from being complete")
    .option("--quiet", "only what is wrong, and the last line")
    .addHelpText(
      "after",
      `\nSettings: ${Object.keys(spaceOf(null).factors).join(", ")}\n\nExample:\n  $ npm run variants -- --set usageNeeds=admin --set callerMay=not-view-setup`,
    )
    .parse();
  const { seed, filler, only, set, quiet = false, short = false, profile: file } = command.opts<Options>();
  const other = file === undefined ? null : readProfileFile(file);
  const space = spaceOf(other?.told ?? null);
  const options: PlayOptions = { filler, profile: other?.profile };
  const tally = new Tally(other === null);
  const show = async (variant: Variant) => {
    const played = await play(variant.values, options);
    tally.add(variant, played);
    if (played.verdict === "wrong") console.log(await wrongText(space, variant, played, options, file));
    else if (!quiet) console.log(rowText(space, variant, played));
    return played.verdict === "complete";
  };
  if (set.length > 0) await show(chosen(space, set, command));
  else {
    const wanted = ({ name }: Variant) => only.length === 0 || only.includes(name);
    const closing = await showAll(space, { seed, short }, async (variant, decides) => {
      if (wanted(variant)) return await show(variant);
      return decides && (await play(variant.values, options)).verdict === "complete";
    });
    if (!quiet && only.length === 0) console.log(`never complete with: ${closing.join(", ") || "-"}`);
  }
  if (tally.played === 0) command.error(`There is no variant ${only.join(", ")} of seed ${seed}.`);
  console.log(JSON.stringify({ variants: tally.played, ...tally.counts }));
  if (tally.failed) process.exitCode = 1;
}

/**
 * Shows the variants of a seed, each value alone before the rows: which values close an org decides what the rows are.
 * @param show shows one, and says whether it was complete; `decides` where that is needed even for one that is not wanted
 * @returns the values that close an org
 */
async function showAll(
  space: Space,
  { seed, short }: { readonly seed: number; readonly short: boolean },
  show: (variant: Variant, decides: boolean) => Promise<boolean>,
): Promise<string[]> {
  const closing: string[] = [];
  for (const variant of aloneOf(space)) if (!(await show(variant, true))) closing.push(variant.name);
  for (const variant of rowsOf(space, seed, new Set(closing), short)) await show(variant, false);
  return closing;
}

/** What came of all variants. */
class Tally {
  readonly counts: Record<string, number> = { complete: 0, inconclusive: 0, refused: 0, wrong: 0 };
  played = 0;
  failed = false;
  readonly #mustComplete: boolean;

  /** @param mustComplete whether the likeliest variant has to be complete: of an org that has a profile, nobody knows */
  constructor(mustComplete: boolean) {
    this.#mustComplete = mustComplete;
  }

  add({ name }: Variant, { verdict }: Played): void {
    this.played++;
    this.counts[verdict] = this.counts[verdict]! + 1;
    // A tool that is never sure is never wrong: nothing keeps the likeliest org from being complete.
    this.failed ||=
      verdict === "wrong" || (this.#mustComplete && name === "default" && verdict !== "complete");
  }
}

function rowText(space: Space, { name, values }: Variant, { verdict, code, remedy }: Played): string {
  const said = [code, remedy].filter((text) => text !== "").join(": ");
  return [
    verdict.padEnd(12),
    name.padEnd(8),
    name === labelOf(space, values) ? "" : labelOf(space, values),
    said,
  ]
    .filter((text) => text !== "")
    .join("  ");
}

/** What is wrong with a variant, and how to see it again. */
async function wrongText(
  space: Space,
  { name, values }: Variant,
  { problems }: Played,
  options: PlayOptions,
  file: string | undefined,
) {
  const least = await smallest(space, values, options);
  const again = Object.entries(least)
    .map(([factor, value]) => ` --set ${factor}=${value}`)
    .join("");
  return [
    `wrong         ${name}  ${labelOf(space, values)}`,
    ...problems.map((problem) => `    ${problem}`),
    `    again: npm run variants -- --filler ${options.filler}${file === undefined ? "" : ` --profile ${file}`}${again || " --only default"}`,
  ].join("\n");
}

await main();
