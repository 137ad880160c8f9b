import { Command, InvalidArgumentError } from "commander";
import { play } from "../test/oracle/play.ts";

const whole = (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1");
  return value;
};

/** `npm run oracle`: holds the tool against a second reading of docs/policy.md, over random orgs and policies. */
async function main(): Promise<void> {
  const { seeds, from } = new Command("npm run oracle --")
    .description("decide random orgs and policies twice, by the tool and by the table of docs/policy.md")
    .option("--seeds <number>", "how many", whole, 1_000)
    .option("--from <seed>", "the first seed", whole, 1)
    .addHelpText("after", "\nExample:\n  $ npm run oracle -- --seeds 1000 --from 5000")
    .parse()
    .opts<{ seeds: number; from: number }>();
  let different = 0;
  for (let seed = from; seed < from + seeds; seed++) {
    const found = await play(seed);
    if (found !== null) console.error(found);
    if (found !== null) different++;
    if (process.stderr.isTTY) process.stderr.write(`\r${seed - from + 1}/${seeds} seeds`);
  }
  console.log(JSON.stringify({ seeds, from, different }));
  process.exitCode = different === 0 ? 0 : 1;
}

await main();
