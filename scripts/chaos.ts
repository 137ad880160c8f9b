import { Command, InvalidArgumentError } from "commander";
import { Runner } from "./chaos/runner.ts";
import { playSeed } from "./chaos/seed.ts";

const whole = (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1");
  return value;
};

/** `npm run chaos`: random orgs, policies, faults, kills and rivals; checks what must never be. */
async function main(): Promise<void> {
  const { seeds, from, minutes } = new Command("npm run chaos --")
    .description("play random stories of runs that go wrong, and check that nothing unapproved was revoked")
    .option("--seeds <number>", "how many stories", whole, 1_000)
    .option("--from <seed>", "the first seed", whole, 1)
    .option("--minutes <number>", "stop after so many minutes", whole, 60)
    .addHelpText("after", "\nExample:\n  $ npm run chaos -- --seeds 100 --from 1")
    .parse()
    .opts<{ seeds: number; from: number; minutes: number }>();
  const runners = [new Runner(), new Runner()] as const;
  const until = Date.now() + minutes * 60_000;
  const total = { seeds: 0, runs: 0, kills: 0, revocationsChecked: 0, violations: 0 };
  for (let seed = from; seed < from + seeds && Date.now() < until; seed++) {
    const { revoked, runs, kills, violations } = await playSeed(seed, runners);
    total.seeds++;
    total.runs += runs;
    total.kills += kills;
    total.revocationsChecked += revoked;
    total.violations += violations.length;
    for (const violation of violations) console.error(`seed ${seed}: ${violation}`);
    if (process.stderr.isTTY) process.stderr.write(`\r${total.seeds}/${seeds} seeds`);
  }
  console.log(JSON.stringify(total));
  process.exit(total.violations === 0 && total.seeds > 0 ? 0 : 1);
}

await main();
