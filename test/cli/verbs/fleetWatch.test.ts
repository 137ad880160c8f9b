import { spawn } from "node:child_process";
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { WatchEvent } from "../../../src/watch/event.ts";
import { fleetFolder } from "../../fleet/fleetFolder.ts";

const BIN = path.resolve("bin/sanctioned.js");

it("fleet watch --once tells of each org by its name, ends as the worst of them, and --state keeps a file for each", async () => {
  const made = await fleetFolder([{ name: "one" }, { name: "unset" }]);
  onTestFinished(() => made.close());
  const run = async (...args: string[]) => {
    const child = spawn(process.execPath, [BIN, "fleet", "watch", "--once", ...args], {
      cwd: made.folder,
      env: { PATH: process.env.PATH, ...made.env, UNSET_TOKEN: "" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    const events = stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as WatchEvent);
    return { code, stderr, told: events.map(({ org, kind }) => `${org?.name} ${kind}`) };
  };
  const all = await run("--state", "kept", "--alert-existing");
  expect(all.code).toBe(1);
  expect(new Set(all.told)).toEqual(new Set(["one unlisted-app", "unset inconclusive"]));
  expect(all.stderr).toContain("looked at 2 orgs; could not judge unset\n");
  const kept = ["fleet", ...made.ids.values()].map((id) => `watch-${id}.sqlite`);
  expect(readdirSync(path.join(made.folder, "kept"))).toEqual(kept.sort());
  made.write("tell.sh", "#!/bin/sh\nenv > told\n");
  chmodSync(path.join(made.folder, "tell.sh"), 0o755);
  const told = ["--to", "stdout", "command", "--command", "./tell.sh"];
  const one = await run("--only", "one", "--detailed-exitcode", "--within", "20000d", ...told);
  expect([one.code, new Set(one.told)]).toEqual([2, new Set(["one unlisted-app"])]);
  // What orgs.yaml names holds credentials too, of the orgs that were not selected as well.
  const env = readFileSync(path.join(made.folder, "told"), "utf8");
  for (const name of Object.keys(made.env)) expect(env).not.toContain(`${name}=`);
});
