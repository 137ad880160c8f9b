import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** Runs the demo with a temporary folder of its own, so that what it leaves there can be seen. */
async function demo(onOutput: (output: string, kill: (signal: NodeJS.Signals) => void) => void = () => {}) {
  const temp = await mkdtemp(path.join(tmpdir(), "sanctioned-demo-test-"));
  try {
    return await new Promise<{ code: number | null; output: string; left: string[] }>((resolve, reject) => {
      const env = {
        ...process.env,
        TMPDIR: temp,
        NO_COLOR: "1",
        SF_ORG_INSTANCE_URL: "",
        SF_ACCESS_TOKEN: "",
      };
      const child = spawn(process.execPath, ["scripts/demo.ts"], {
        cwd: ROOT,
        env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (chunk: string) => {
          output += chunk;
          onOutput(output, (signal) => child.kill(signal));
        });
      child.once("error", reject);
      child.once("close", (code) =>
        resolve({ code, output, left: readdirSync(temp).filter((name) => name.startsWith("sanctioned-")) }),
      );
    });
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

/** What the README says that the demo prints. */
function readmeSample(): string {
  const readme = readFileSync(path.join(ROOT, "README.md"), "utf8");
  return /^```text\n(\$ npx sanctioned list\n.*?)^```$/ms.exec(readme)![1]!;
}

/** Lines without what is another each time: hashes, and today. */
function steadyLines(text: string): string[] {
  return (
    text
      .split("\n")
      .map((line) => line.trim().replace(/\b[0-9a-f]{64}\b/, "HASH"))
      // The demo's record is with its state, and the README shows where that of a stack is.
      .map((line) => line.replace(/on record in \S+/, "on record in RECORD"))
      .map((line) => line.replace(/(in use, granted) [\d-]+$/, "$1 TODAY"))
  );
}

it("npm run demo goes from 12 revocations to clean to drift, printing each command", {
  timeout: 180_000,
}, async () => {
  const record = path.join(ROOT, ".sanctioned", "audit-00D000000001942EAA.jsonl");
  const before = statSync(record, { throwIfNoEntry: false })?.mtimeMs;
  const { code, output, left } = await demo();
  expect(code).toBe(0);
  // What a demo revoked is nothing that a report of this checkout tells later.
  expect(statSync(record, { throwIfNoEntry: false })?.mtimeMs).toBe(before);
  expect(output).toMatch(/on record in \S*sanctioned-demo-/);
  expect(output.split("\n").filter((line) => line.startsWith("$ "))).toEqual([
    "$ npx sanctioned simulator",
    "$ npx pulumi stack select --create simulator",
    "$ npx sanctioned list",
    "$ npx pulumi preview",
    "$ npx pulumi up --yes --skip-preview",
    "$ npx sanctioned list",
    "$ npx pulumi preview --expect-no-changes",
    '$ npx sanctioned simulator authorize --user amir.kowalski@dieppe.example --app "Shiny AI Notetaker"',
    "$ npx pulumi preview --expect-no-changes",
  ]);
  const names = (app: string) => output.match(new RegExp(`^ +- ${app}: \\S+@dieppe\\.example \\(`, "gm"));
  expect(names("Bob's Lead Scoring Tool")).toHaveLength(2 * 12); // before, and while it is done
  expect(names("Shiny AI Notetaker")).toHaveLength(1);
  expect(output).not.toMatch(/^\s*\+ .*@dieppe\.example/m);
  const printed = new Set(steadyLines(output));
  expect(steadyLines(readmeSample()).filter((line) => line !== "…" && !printed.has(line))).toEqual([]);
  expect(output).toMatch(/Next: edit policy\/dieppe-trading\.yaml, or point it at your own org/);
  expect(left).toEqual([]);
  await expect(fetch(/^export SF_ORG_INSTANCE_URL=(.*)$/m.exec(output)![1]!)).rejects.toThrow("fetch failed");
});

it("a demo that is interrupted stops what it started and leaves nothing", { timeout: 60_000 }, async () => {
  let sent = false;
  const { code, output, left } = await demo((text, kill) => {
    if (!sent && text.includes("$ npx pulumi preview\n")) {
      sent = true;
      kill("SIGINT");
    }
  });
  expect(code).toBe(130);
  expect(output).toContain("Nothing is left running.");
  expect(left).toEqual([]);
});

it("a demo that has nowhere to keep the state says so in one line", async () => {
  const run = spawnSync(process.execPath, ["scripts/demo.ts"], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, TMPDIR: "/dev/null/nowhere" },
  });
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(
    /The demo stopped: \/dev\/null\/nowhere cannot hold Pulumi's state \(ENOTDIR\); set TMPDIR/,
  );
  expect(run.stderr).not.toMatch(/\n\s+at /);
});
