import { Command, InvalidArgumentError } from "commander";
import { FACTORS } from "./variants/factors.ts";
import { type Played, play } from "./variants/play.ts";
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
  readonly quiet?: boolean;
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
    .option("--quiet", "only what is wrong, and the last line")
    .addHelpText(
      "after",
      `\nSettings: ${Object.keys(FACTORS).join(", ")}\n\nExample:\n  $ npm run variants -- --set usageNeeds=admin --set callerMay=not-view-setup`,
    )
    .parse();
  const { seed, filler, only, set, quiet = false } = command.opts<Options>();
  const tally = new Tally();
  const show = async (variant: Variant) => {
    const played = await play(variant.values, filler);
    tally.add(variant, played);
    if (played.verdict === "wrong") console.log(await wrongText(variant, played, filler));
    else if (!quiet) console.log(rowText(variant, played));
    return played.verdict === "complete";
  };
  if (set.length > 0) await show(chosen(set, command));
  else await showAll({ seed, only, filler, quiet }, show);
  if (tally.played === 0) command.error(`There is no variant ${only.join(", ")} of seed ${seed}.`);
  console.log(JSON.stringify({ variants: tally.played, ...tally.counts }));
  if (tally.failed) process.exitCode = 1;
}

/** Shows the variants of a seed, each value alone before the rows: which values close an org decides what the rows are. */
async function showAll(
  { seed, only, filler, quiet = false }: Omit<Options, "set">,
  show: (variant: Variant) => Promise<boolean>,
): Promise<void> {
  const wanted = ({ name }: Variant) => only.length === 0 || only.includes(name);
  const closing = new Set<string>();
  for (const variant of aloneOf()) {
    const complete = wanted(variant)
      ? await show(variant)
      : (await play(variant.values, filler)).verdict === "complete";
    if (!complete) closing.add(variant.name);
  }
  for (const variant of rowsOf(seed, closing).filter(wanted)) await show(variant);
  if (!quiet && only.length === 0) console.log(`never complete with: ${[...closing].join(", ") || "-"}`);
}

/** What came of all variants. */
class Tally {
  readonly counts: Record<string, number> = { complete: 0, inconclusive: 0, refused: 0, wrong: 0 };
  played = 0;
  failed = false;

  add({ name }: Variant, { verdict }: Played): void {
    this.played++;
    this.counts[verdict] = this.counts[verdict]! + 1;
    // A tool that is never sure is never wrong: nothing keeps the likeliest org from being complete.
    this.failed ||= verdict === "wrong" || (name === "default" && verdict !== "complete");
  }
}

function rowText({ name, values }: Variant, { verdict, code, remedy }: Played): string {
  const said = [code, remedy].filter((text) => text !== "").join(": ");
  return [verdict.padEnd(12), name.padEnd(8), name === labelOf(values) ? "" : labelOf(values), said]
    .filter((text) => text !== "")
    .join("  ");
}

/** What is wrong with a variant, and how to see it again. */
async function wrongText({ name, values }: Variant, { problems }: Played, filler: number) {
  const least = await smallest(values, filler);
  const again = Object.entries(least)
    .map(([factor, value]) => ` --set ${factor}=${value}`)
    .join("");
  return [
    `wrong         ${name}  ${labelOf(values)}`,
    ...problems.map((problem) => `    ${problem}`),
    `    again: npm run variants -- --filler ${filler}${again || " --only default"}`,
  ].join("\n");
}

await main();
