import { Command, InvalidArgumentError } from "commander";
import { fuzz } from "../test/oracle/fuzz.ts";

const whole = (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1");
  return value;
};

/** `npm run fuzz`: feeds the tool nonsense in place of policies, baselines, saved files and answers of an org. */
async function main(): Promise<void> {
  const { seconds, from } = new Command("npm run fuzz --")
    .description(
      "feed the tool broken policies, baselines, saved plans and inventories, and altered answers of an org",
    )
    .option("--seconds <number>", "for how long", whole, 60)
    .option("--from <seed>", "the first seed", whole, 1)
    .addHelpText("after", "\nExample:\n  $ npm run fuzz -- --seconds 300")
    .parse()
    .opts<{ seconds: number; from: number }>();
  const until = Date.now() + seconds * 1_000;
  const counts: Record<string, { accepted: number; refused: number; wrong: number }> = {};
  let seed = from;
  for (; Date.now() < until; seed++)
    for (const { kind, taken, wrong } of await fuzz(seed)) {
      counts[kind] ??= { accepted: 0, refused: 0, wrong: 0 };
      counts[kind][taken]++;
      if (wrong !== null) counts[kind].wrong++;
      if (wrong !== null) console.error(`seed ${seed}: ${kind}: ${wrong}`);
    }
  console.log(JSON.stringify({ from, seeds: seed - from, ...counts }));
  process.exit(Object.values(counts).some(({ wrong }) => wrong > 0) ? 1 : 0);
}

await main();
