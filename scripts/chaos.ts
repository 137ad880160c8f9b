import { Command, InvalidArgumentError } from "commander";
import { playOnEngine } from "./chaos/onEngine.ts";
import { tellsProcesses } from "./chaos/processes.ts";
import { Runner } from "./chaos/runner.ts";
import { playSeed } from "./chaos/seed.ts";
import { TROUBLES } from "./chaos/troubles.ts";

const whole = (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1");
  return value;
};

interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly minutes: number;
  readonly engine?: true;
  readonly only: string;
  readonly exactly?: string;
}

/** `npm run chaos`: random orgs, policies, faults, kills and rivals; checks what must never be. */
async function main(): Promise<void> {
  const options = new Command("npm run chaos --")
    .description("play random stories of runs that go wrong, and check that nothing unapproved was revoked")
    .option("--seeds <number>", "how many stories; with --engine, of each kind of trouble", whole)
    .option("--from <seed>", "the first seed", whole, 1)
    .option("--minutes <number>", "stop after so many minutes", whole, 60)
    .option(
      "--engine",
      "play on the real Pulumi engine: kills, suspended processes, lost records, wrong answers",
    )
    .option("--only <text>", "with --engine: only the kinds of trouble whose name holds this", "")
    .option("--exactly <name>", "with --engine: only the trouble of this name")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npm run chaos -- --seeds 100 --from 1\n  $ npm run chaos -- --engine --only SIGKILL",
    )
    .parse()
    .opts<Options>();
  const until = Date.now() + options.minutes * 60_000;
  const total = await (options.engine === true ? onEngine(options, until) : inProcesses(options, until));
  console.log(JSON.stringify(total));
  process.exit(total.violations === 0 && total.seeds > 0 ? 0 : 1);
}

async function inProcesses({ seeds = 1_000, from }: Options, until: number) {
  const runners = [new Runner(), new Runner()] as const;
  const total = { seeds: 0, runs: 0, kills: 0, revocationsChecked: 0, violations: 0 };
  for (let seed = from; seed < from + seeds && Date.now() < until; seed++) {
    const { revoked, runs, kills, violations } = await playSeed(seed, runners);
    total.runs += runs;
    total.kills += kills;
    note(total, { revoked, violations }, `seed ${seed}`);
    progress(total.seeds, seeds);
  }
  return total;
}

/** Each kind of trouble with each seed. */
async function onEngine({ seeds = 1, from, only, exactly }: Options, until: number) {
  if (!tellsProcesses) throw new Error("plays on the engine need Linux, which says what processes there are");
  const troubles = TROUBLES.filter(({ name }) =>
    exactly === undefined ? name.includes(only) : name === exactly,
  );
  const total = { seeds: 0, revocationsChecked: 0, violations: 0 };
  for (let seed = from; seed < from + seeds; seed++)
    for (const trouble of troubles) {
      if (Date.now() >= until) return total;
      note(total, await playOnEngine(seed, trouble), `seed ${seed}`);
      progress(total.seeds, seeds * troubles.length);
    }
  return total;
}

function note(
  total: { seeds: number; revocationsChecked: number; violations: number },
  { revoked, violations }: { readonly revoked: number; readonly violations: readonly string[] },
  story: string,
): void {
  total.seeds++;
  total.revocationsChecked += revoked;
  total.violations += violations.length;
  for (const violation of violations) console.error(`${story}: ${violation}`);
}

function progress(played: number, all: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${played}/${all} played`);
}

await main();
