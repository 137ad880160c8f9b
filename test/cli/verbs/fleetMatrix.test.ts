import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { fleetFolder } from "../../fleet/fleetFolder.ts";
import { sanctioned } from "../run.ts";

const CLI = path.resolve(import.meta.dirname, "../../../bin/sanctioned.js");

it("sanctioned fleet matrix hands out whole fleets within their limits alone, and plans once for all of its forms", async () => {
  const made = await fleetFolder(
    [
      { name: "canary", entry: ["stack: acme/canary", "wave: 0"] },
      { name: "main", entry: ["stack: main"] },
      { name: "dark", options: null, entry: ["stack: dark", "tags: [dark]"] },
    ],
    ["limits: { percent: 100 }"],
  );
  onTestFinished(() => made.close());
  const plans = `${made.folder}/plans`;
  const matrix = (...args: string[]) =>
    sanctioned(["fleet", "matrix", "--orgs", `${made.folder}/orgs.yaml`, ...args], made.env);

  const incomplete = await matrix("--out", plans);
  expect(incomplete).toMatchObject({ code: 1, stdout: "" });
  expect(incomplete.stderr).toContain("left out, not judged: dark");
  expect(incomplete.stderr).toContain("[fleet-not-judged-whole]");

  const json = await matrix("--plans", plans, "--judged-only", "--json");
  expect(json).toMatchObject({ code: 0, stderr: "left out, not judged: dark\n" });
  expect(JSON.parse(json.stdout)).toEqual({
    version: 1,
    waves: [
      {
        wave: 0,
        include: [
          { org: "canary", stack: "acme/canary", plan: "plans/canary.json", wave: 0, revocations: 4 },
        ],
      },
      {
        wave: 1,
        include: [{ org: "main", stack: "main", plan: "plans/main.json", wave: 1, revocations: 4 }],
      },
    ],
    leftOut: [{ org: "dark", why: "not-judged" }],
  });

  const lines = await matrix(
    "--plans",
    plans,
    "--judged-only",
    "--only",
    "main",
    "dark",
    "--format",
    "github",
  );
  expect(lines.stdout).toMatch(/^wave-1=\[\{"org":"main",[^\n]*\n$/);
  const gitlab = await matrix("--plans", plans, "--judged-only", "--format", "gitlab");
  expect(gitlab.stdout).toContain('variables: { ORG: "main", PULUMI_STACK: "main", PLANS: "plans" }');

  // The limits are those of now, over every plan of the folder: a part of it does not get past them.
  made.write("orgs.yaml", orgsWith("limits: { percent: 100, orgs: 1 }", made.ids));
  const refused = await matrix("--plans", plans, "--judged-only", "--only", "main");
  expect(refused).toMatchObject({ code: 3, stdout: "" });
  expect(refused.stderr).toContain("2 orgs, over 1 (limits.orgs)");

  expect(await matrix()).toMatchObject({ code: 1, stdout: "" });
  expect((await matrix("--plans", plans, "--as-of", "2099-01-01")).stderr).toContain(
    "cannot be used with option",
  );
});

function orgsWith(limits: string, ids: ReadonlyMap<string, string>): string {
  const orgs = [...ids].map(
    ([name, id]) =>
      `  - { name: ${name}, id: ${id}, policy: policy/${name}.yaml, stack: ${name}, credentials: { accessToken: X } }`,
  );
  return `version: 1\n${limits}\norgs:\n${orgs.join("\n")}\n`;
}

it("a plan of a fleet that is killed is never taken for a whole one", async () => {
  const slow = { kind: "latency", match: "COUNT()", ms: 20_000 } as const;
  const made = await fleetFolder([{ name: "quick" }, { name: "slow", options: { faults: [slow] } }]);
  onTestFinished(() => made.close());
  const plans = `${made.folder}/plans`;
  const orgs = ["--orgs", `${made.folder}/orgs.yaml`];
  const child = spawn(process.execPath, [CLI, "fleet", "plan", ...orgs, "--out", plans], {
    env: { PATH: process.env.PATH ?? "", HOME: "/no-such-home", ...made.env },
    stdio: "ignore",
  });
  const ended = once(child, "close");
  while (!existsSync(`${plans}/quick.json`) && child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill("SIGKILL");
  await ended;
  const matrix = await sanctioned(["fleet", "matrix", ...orgs, "--plans", plans], made.env);
  expect(matrix).toMatchObject({ code: 1, stdout: "" });
  expect(matrix.stderr).toContain("[plans-folder-not-whole]");
});
