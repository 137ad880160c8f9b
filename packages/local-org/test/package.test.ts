import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import * as index from "../src/index.ts";
import * as orgs from "../src/orgs/index.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const COMMAND = path.join(ROOT, "bin/local-org.js");

/** Runs JavaScript as a stranger's module would, to whom the package is known by name. */
function run(source: string) {
  const args = ["--input-type=module", "--eval", source];
  return spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
}

describe("the package", () => {
  it.each([
    ["salesforce-local-org", index],
    ["salesforce-local-org/orgs", orgs],
  ])("%s exports every name of its source", (entry, source) => {
    const { stdout } = run(`console.log(JSON.stringify(Object.keys(await import("${entry}"))))`);
    expect(JSON.parse(stdout)).toEqual(Object.keys(source).sort());
  });

  it("does what its README shows in a test", () => {
    const readme = readFileSync(path.join(ROOT, "README.md"), "utf8");
    const [, example] = /```js\n([\s\S]*?)```/.exec(readme)!;
    const { stdout, stderr } = run(example!);
    expect({ stdout, stderr }).toEqual({ stdout: "700 [ 503, 200 ]\n", stderr: "" });
  });
});

describe("local-org", () => {
  const complain = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).not.toMatch(/\n\s+at /);
    return stderr;
  };

  it("prints where the org is and with which token, and ends cleanly when told", async () => {
    const child = spawn(process.execPath, [COMMAND], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const env = new Map<string, string>();
    for await (const line of createInterface({ input: child.stdout })) {
      const [, name, value] = /^export (\w+)='?(.*?)'?$/.exec(line) ?? [];
      if (name !== undefined) env.set(name, value!);
      if (env.size === 2) break;
    }
    const headers = { authorization: `Bearer ${env.get("SF_ACCESS_TOKEN")}` };
    const response = await fetch(`${env.get("SF_ORG_INSTANCE_URL")}/services/oauth2/userinfo`, { headers });
    expect(await response.json()).toMatchObject({ username: "sanctioned.integration@dieppe.example" });
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("shows its options when asked", () => {
    const { status, stdout } = spawnSync(process.execPath, [COMMAND, "--help"], { encoding: "utf8" });
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^Usage: local-org \[--port <number>\] \[--scenario <name> \| --fixture <file>\] \[--profile <file>\] \[--platform <name>=<value>\]…\n/,
    );
  });

  it.each([
    ["a port that is no port", ["--port", "65536"], /^A port is a number from 0 to 65535\.\n$/],
    ["a scenario that is none", ["--scenario", "x"], /^A scenario is dieppe-trading or rehearsal\.\n$/],
    [
      "two orgs at once",
      ["--scenario", "rehearsal", "--fixture", "x"],
      /^An org is of a scenario or of a fixture, not of both\.\n$/,
    ],
    ["an option that it does not have", ["--prot", "1"], /Unknown option '--prot'.*\n\nUsage: local-org /s],
    [
      "pages that are none",
      ["--query-pages", "lively"],
      /^The platform setting queryPages is one of snapshot, live\.\n$/,
    ],
    [
      "a platform setting that there is not",
      ["--platform", "collation=binary", "--platform", "usageNeed=viewer"],
      /^There is no platform setting usageNeed; there are queryPages, .*usageNeeds, .*\.\n$/,
    ],
    [
      "a fixture that is not there",
      ["--fixture", "no.json"],
      /^The fixture no\.json cannot be read \(ENOENT\)\.\n$/,
    ],
  ])("%s is one clear message", (_rule, args, message) => {
    expect(complain(...args)).toMatch(message);
  });

  it("a Node that is too old is one clear message", () => {
    const asNode20 = `data:text/javascript,Object.defineProperty(process,"version",{value:"v20.20.2"})`;
    const { status, stderr } = spawnSync(process.execPath, ["--import", asNode20, COMMAND], {
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([
      1,
      "salesforce-local-org needs Node 22.12 or later; this is v20.20.2.\n",
    ]);
  });

  it("a port that is taken is one clear message", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void taken.close());
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    expect(complain("--port", String(port))).toBe(
      `Port ${port} is taken: choose another with --port, or leave it out for a free one.\n`,
    );
  });
});
