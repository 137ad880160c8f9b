import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureChromium } from "./chromium.ts";
import { ensureLanguages, languages } from "./engine/languages.ts";
import { ensureEngine } from "./engine.ts";
import { shownOrThrown } from "./scriptError.ts";
import { resultsVariable } from "./test/reporter.ts";
import { type FileResult, type Tally, tallyLine, tallyOf } from "./test/tally.ts";

const checkout = fileURLToPath(new URL("..", import.meta.url));

/**
 * `npm test`: makes the engine and a Chromium available, then runs the linter, the type checker and the tests, all
 * of them whatever the others say. Arguments go to vitest. The last line is the tally, in which the
 * linter and the type checker count as one test each.
 */
async function main(): Promise<void> {
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  try {
    console.log(`engine: ${(await ensureEngine()).bin}`);
    console.log(`languages: ${await languagesOrWhyNot()}`);
    console.log(`chromium: ${await chromiumOrWhyNot()}`);
    for (const script of ["lint", "typecheck"]) {
      const passed = (await exitCodeOf("npm", ["run", "--silent", script])) === 0;
      console.log(`${script}: ${passed ? "passed" : "failed"}`);
      total[passed ? "passed" : "failed"]++;
    }
    const tests = await runVitest(process.argv.slice(2));
    for (const key of ["passed", "failed", "skipped"] as const) total[key] += tests[key];
    // Nothing tested is nothing proven: a filter that matches no test must not look like success.
    if (tests.passed + tests.failed === 0) {
      console.error("No test ran.");
      process.exitCode = 1;
    }
  } catch (error) {
    console.error(shownOrThrown(error));
    total.failed++;
  }
  if (total.failed > 0) process.exitCode = 1;
  console.log(tallyLine(total));
}

/**
 * The tests of pages fail where there is none; all others run. In CI it is installed where there is none: before the
 * tests, which that would slow down.
 */
async function chromiumOrWhyNot(): Promise<string> {
  try {
    return await ensureChromium({
      mayInstall: Boolean(process.env.CI),
      say: (line) => console.log(`chromium: ${line}`),
    });
  } catch (error) {
    return shownOrThrown(error);
  }
}

/** Without a host the tests of its language fail; all others run. Built before the tests, which that would slow down. */
async function languagesOrWhyNot(): Promise<string> {
  try {
    await ensureLanguages(languages);
    return languages.join(", ");
  } catch (error) {
    return shownOrThrown(error);
  }
}

async function runVitest(args: string[]): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), "sanctioned-test-"));
  try {
    const file = join(folder, "results.json");
    const vitest = join(checkout, "node_modules/vitest/vitest.mjs");
    const reporters = ["--reporter=default", `--reporter=${join(checkout, "scripts/test/reporter.ts")}`];
    const exitCode = await exitCodeOf(process.execPath, [vitest, "run", ...reporters, ...args], {
      [resultsVariable]: file,
    });
    return tallyOf(readResults(file), exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readResults(file: string): FileResult[] | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // Vitest ended before it could write them; its own output says why.
    return undefined;
  }
}

/** Runs a program of the checkout on the same terminal; undefined when a signal ended it. */
function exitCodeOf(
  program: string,
  args: string[],
  variables: NodeJS.ProcessEnv = {},
): Promise<number | undefined> {
  const bin = join(checkout, "node_modules/.bin");
  const env = {
    ...process.env,
    ...variables,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ""}`,
    // Vitest colours a log as well, whenever the terminal's type is known.
    ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }),
  };
  return new Promise((resolve, reject) => {
    const shell = process.platform === "win32" && program === "npm";
    const child = spawn(program, args, {
      cwd: checkout,
      env,
      shell,
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? undefined));
  });
}

await main();
