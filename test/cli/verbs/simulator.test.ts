import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { sanctioned } from "../run.ts";

let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill("SIGKILL");
  child = undefined;
});

/** Starts `sanctioned simulator` and reads what it prints, up to the last command. */
async function start(...args: string[]): Promise<{ text: string; env: Record<string, string> }> {
  child = spawn(process.execPath, [path.resolve("bin/sanctioned.js"), "simulator", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line);
    if (line.startsWith("npx pulumi preview")) break;
  }
  const env = Object.fromEntries(
    lines
      .flatMap((line) => [/^export (\w+)='?(.*?)'?$/.exec(line)?.slice(1) ?? []])
      .filter(({ length }) => length === 2),
  );
  return { text: lines.join("\n"), env };
}

/** Of an org that says 200 to a token that cannot exist. */
const PROFILE = {
  ...{ kind: "sanctioned-org-profile", version: 1 },
  ...{
    permissions: {},
    objects: {},
    grants: {},
    queryForms: {},
    externalClientApps: {},
    usage: {},
    metadata: {},
  },
  revokeCall: { kind: "accepted", code: null },
};

const exit = () => new Promise((resolve) => child!.once("exit", (code) => resolve(code)));

describe("sanctioned simulator", () => {
  it("prints the environment with which the list works, and ends cleanly when told", async () => {
    const { text, env } = await start();
    expect(Object.keys(env)).toEqual([
      "SF_ORG_INSTANCE_URL",
      "SF_ACCESS_TOKEN",
      "PULUMI_STACK",
      "PULUMI_CONFIG_PASSPHRASE",
    ]);
    expect(text).toContain("npx pulumi stack select --create simulator");
    expect((await sanctioned(["list"], env)).stdout).toContain("Outlook Plugin             240     250");
    const ended = exit();
    child!.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  it("has a bad day to rehearse incidents on, and says where it is told what to do", async () => {
    const { text, env } = await start("--scenario", "rehearsal");
    expect(text).toContain("docs/incidents.md");
    expect((await sanctioned(["list", "--app", "Drift"], env)).stdout).toContain(
      "drift.integration@dieppe.example",
    );
  });

  it("answers like the org of a profile, and refuses what is none", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-simulator-"));
    try {
      const file = path.join(folder, "profile.json");
      writeFileSync(file, JSON.stringify(PROFILE));
      const { env } = await start("--profile", file);
      const revoke = { method: "POST", body: new URLSearchParams({ token: "none" }) };
      expect((await fetch(`${env.SF_ORG_INSTANCE_URL}/services/oauth2/revoke`, revoke)).status).toBe(200);
      writeFileSync(file, "{}");
      const { code, stderr } = await sanctioned(["simulator", "--profile", file]);
      expect([code, stderr]).toEqual([1, expect.stringContaining("is no org profile of version 1")]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("lets a user authorize an app, and deactivates one", async () => {
    const { env } = await start();
    const args = ["simulator", "authorize", "--user", "ada.dubois@dieppe.example", "--app", "Shiny"];
    expect((await sanctioned(args, env)).stdout).toBe("ada.dubois@dieppe.example authorized Shiny.\n");
    const leave = await sanctioned(["simulator", "deactivate", "--user", "ada.dubois@dieppe.example"], env);
    expect(leave.stdout).toBe("ada.dubois@dieppe.example is not active any more.\n");
    expect((await sanctioned(["list", "--by", "user"], env)).stdout).toMatch(
      /^ada\.dubois@dieppe\.example +Ada Dubois +no /m,
    );
    expect((await sanctioned(["list", "--app", "Shiny"], env)).stdout).toContain("ada.dubois@dieppe.example");
  });

  it.each<[rule: string, args: string[], env: Record<string, string>, stderr: RegExp]>([
    [
      "a user whom the org does not have",
      ["authorize", "--user", "x@y", "--app", "S"],
      { SF_ORG_INSTANCE_URL: "started" },
      /The local org refused \(HTTP 404\).*no user x@y/,
    ],
    [
      "no local org",
      ["authorize", "--user", "x@y", "--app", "S"],
      { SF_ORG_INSTANCE_URL: "http://127.0.0.1:9" },
      /No local org answers at http:\/\/127\.0\.0\.1:9/,
    ],
    ["no environment", ["authorize", "--user", "x@y", "--app", "S"], {}, /SF_ORG_INSTANCE_URL is not set/],
    ["a port that is no port", ["--port", "no"], {}, /A port is a number from 0 to 65535/],
    [
      "a fixture that is not there",
      ["--fixture", "no.json"],
      {},
      /The fixture no\.json cannot be read \(ENOENT\)/,
    ],
    [
      "a setting of the platform without a value of its own",
      ["--platform", "usageNeeds=admin", "--platform", "rotation=perhaps"],
      {},
      /The platform setting rotation is one of moves, stays/,
    ],
    [
      "a fixture that is none",
      ["--fixture", "package.json"],
      {},
      /package\.json is not an org fixture.*\n.*required property/,
    ],
  ])("%s is one clear message", async (_rule, args, given, stderr) => {
    const env = given.SF_ORG_INSTANCE_URL === "started" ? (await start()).env : given;
    const run = await sanctioned(["simulator", ...args], env);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(stderr);
    expect(run.stderr).not.toMatch(/\n\s+at /);
  });

  it("a port that is taken is one clear message", async () => {
    const { env } = await start();
    const { port } = new URL(env.SF_ORG_INSTANCE_URL!);
    const run = await sanctioned(["simulator", "--port", port]);
    expect(run.code).toBe(1);
    expect(run.stderr).toBe(
      `Port ${port} is taken: choose another with --port, or leave it out for a free one. [local-org-not-started]\n`,
    );
  });
});
