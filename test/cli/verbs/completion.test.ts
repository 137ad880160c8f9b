import { execFile, spawn } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { program } from "../../../src/cli/program.ts";
import { verbsOf } from "../../../src/cli/verbTree.ts";
import { sanctioned } from "../run.ts";

const run = promisify(execFile);
let script: string;
beforeAll(async () => {
  script = (await sanctioned(["completion", "bash"])).stdout;
});

/** What a real bash offers after these words; the last is being written. */
const offered = (...words: string[]) => offeredBy("_sanctioned", ["sanctioned", ...words]);

async function offeredBy(name: string, words: readonly string[]): Promise<string[]> {
  const list = words.map((word) => `'${word}'`).join(" ");
  const { stdout } = await run("bash", [
    "--norc",
    "-c",
    `${script}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; ${name}; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ]);
  return stdout.split("\n").filter(Boolean);
}

describe("bash offers", () => {
  it.each<[what: string, words: string[], offers: string[]]>([
    ["verbs", ["re"], ["review", "report", "revoke"]],
    ["verbs below a verb", ["audit", ""], ["verify", "sign", "--help"]],
    ["options of the verb", ["plan", "--sa"], ["--save-inventory"]],
    ["of the verb below", ["audit", "verify", "--he"], ["--head", "--help"]],
    [
      "values of an option",
      ["report", "--format", ""],
      ["text", "markdown", "html", "json", "csv", "sarif", "junit", "github"],
    ],
    ["values of an argument", ["schema", "p"], ["policy", "plan", "profile"]],
    ["files where a file is meant", ["plan", "--policy", "package.j"], ["package.json"]],
    ["further values of an option that takes several", ["watch", "--to", "slack", "t"], ["teams"]],
    ["options after those", ["watch", "--to", "slack", "--on"], ["--once"]],
    ["nothing where anything can stand", ["list", "--user", ""], []],
  ])("%s", async (_, words, offers) => {
    expect(await offered(...words)).toEqual(offers);
  });

  it.each<[line: string[], offers: string[]]>([
    [
      ["npx", "sanctioned", "re"],
      ["review", "report", "revoke"],
    ],
    [
      ["npx", "--no", "sanctioned", "audit", "verify", "--he"],
      ["--head", "--help"],
    ],
    [["npx", "sanctioned", "watch", "--to", "slack", "t"], ["teams"]],
    [["npx", "pulumi", "re"], []],
  ])("after %j what it offers without npx", async (line, offers) => {
    expect(await offeredBy("_sanctioned_npx", line)).toEqual(offers);
  });

  it("every verb there is", async () => {
    const verbs = verbsOf(program())[0]!.subverbs.map((one) => one.name());
    expect(await offered("")).toEqual(expect.arrayContaining(verbs));
  });
});

it("zsh's runs bash's, and fish's names every verb and option", async () => {
  expect((await sanctioned(["completion", "zsh"])).stdout).toContain(script);
  const { stdout } = await sanctioned(["completion", "fish"]);
  for (const { path: verb, options } of verbsOf(program())) {
    if (verb !== "") expect(stdout).toContain(` -a ${verb.split(" ").at(-1)} -d `);
    for (const { long } of options) expect(stdout).toContain(` -l ${long!.slice(2)} `);
  }
  for (const line of stdout.trim().split("\n").slice(1))
    expect(line).toMatch(/^(complete -c (sanctioned|npx) |function |end$| {4})/);
});

it("a reader that has seen enough ends the program quietly", async () => {
  const child = spawn(process.execPath, [path.resolve("bin/sanctioned.js"), "schema", "plan"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdout.destroy();
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect([code, stderr]).toEqual([0, ""]);
});
