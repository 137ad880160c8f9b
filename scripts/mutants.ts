import { Command } from "commander";
import { ROOMS, type Room, roomOf } from "./mutants/rooms.ts";
import { percentOf, readEquivalents, type StudyOptions, score, study } from "./mutants/study.ts";

const EQUIVALENT = "scripts/mutants/equivalent.yaml";
/** Percent of the mutants that are tried where no room is named. */
const SHARE_OF_ALL = 10;
/** Percent of the mutants of all rooms together that are to be killed. */
const GOAL_OF_ALL = 85;

/** `npm run mutants`: changes the code in one place at a time, and shows which changes no test notices. */
async function main(): Promise<void> {
  const command = new Command("npm run mutants --")
    .description("change the code in one place at a time, and list the changes that no test notices")
    .argument("[room or file...]", `these alone; without any, a sample of ${SHARE_OF_ALL}% of all rooms`)
    .option("--at-once <n>", "mutants that are tried at once", Number, 2)
    .option("--share <percent>", "how many of the mutants are tried", Number)
    .option("--seed <n>", "which of them the sample has", Number, 1)
    .option("--incremental", "take results for unchanged code and tests from the last run", false)
    .addHelpText("after", `\nRooms: ${ROOMS.map(({ name }) => name).join(", ")}`)
    .parse();
  const { share = command.args.length === 0 ? SHARE_OF_ALL : 100, ...options } = command.opts<StudyOptions>();
  const equivalents = readEquivalents(EQUIVALENT);
  const total = { killed: 0, counted: 0 };
  const rooms = chosen(command.args, command);
  for (const room of rooms) {
    const start = performance.now();
    const mutants = await study(room, { ...options, share });
    const { killed, timedOut, counted, percent, leftOut, survivors, equivalent, outOfDate } = score(
      mutants,
      equivalents,
    );
    total.killed += killed;
    total.counted += counted;
    const sample = leftOut === 0 ? "" : `, a sample: ${leftOut} more were not tried (seed ${options.seed})`;
    const seconds = Math.round((performance.now() - start) / 1_000);
    console.log(
      `${room.name}: ${percent.toFixed(1)}% killed (${killed} of ${counted}, ${timedOut} by a time-out; the goal is ${room.goal}%), ${equivalent.length} equivalent, ${seconds} s${sample}`,
    );
    for (const { file, line, mutator, from, to } of survivors)
      console.log(`  survived: ${file}:${line} ${mutator}\n    from: ${from}\n    to:   ${to}`);
    for (const { file, mutator, from, to, reason } of equivalent)
      console.log(`  equivalent: ${file} ${mutator}: ${from} -> ${to}: ${reason}`);
    for (const { file, mutator, from } of outOfDate)
      console.log(`  out of date in ${EQUIVALENT}: ${file} ${mutator}: ${from}`);
    if (percent < room.goal) process.exitCode = 1;
  }
  if (rooms.length === 1) return;
  const overall = percentOf(total.killed, total.counted);
  console.log(
    `all: ${overall.toFixed(1)}% killed (${total.killed} of ${total.counted}; the goal is ${GOAL_OF_ALL}%)`,
  );
  if (overall < GOAL_OF_ALL) process.exitCode = 1;
}

/** The rooms that are named, or the one that a file is in with that file alone. */
function chosen(names: readonly string[], command: Command): Room[] {
  if (names.length === 0) return [...ROOMS];
  return names.map((name) => {
    const room = ROOMS.find((one) => one.name === name) ?? roomOf(name);
    if (room === undefined) return command.error(`There is no room ${name}; see --help.`);
    return name === room.name ? room : { ...room, sources: [name] };
  });
}

await main();
