import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { ANN } from "salesforce-local-org/orgs";
import { expect, it, onTestFinished } from "vitest";
import { historyOf } from "../../../src/fleet/history/history.ts";
import { fleetFolder } from "../../fleet/fleetFolder.ts";
import { sanctioned } from "../run.ts";

const CLI = path.resolve(import.meta.dirname, "../../../bin/sanctioned.js");

async function fleet(names: readonly string[]) {
  const made = await fleetFolder(
    names.map((name) => ({ name })),
    ["limits: { percent: 100 }", "history: history.jsonl"],
  );
  onTestFinished(() => made.close());
  const orgs = ["--orgs", `${made.folder}/orgs.yaml`];
  return {
    ...made,
    args: ["fleet", "revoke", ...orgs, "--user", ANN, "--reason", "Left (HR-81)"],
    held: () => [...made.orgs.values()].map((org) => org.store.grants().length),
    calls: () =>
      [...made.orgs.values()].reduce(
        (sum, org) => sum + org.requests.filter(({ path: at }) => at === "/services/oauth2/revoke").length,
        0,
      ),
    records: () =>
      readdirSync(`${made.folder}/.sanctioned`)
        .filter((name) => name.endsWith(".jsonl"))
        .map((name) => `${made.folder}/.sanctioned/${name}`),
  };
}

it("sanctioned fleet revoke shows every org first, and nobody is asked where nobody can answer", async () => {
  const made = await fleet(["one", "two"]);
  const plans = `${made.folder}/plans`;
  const dry = await sanctioned([...made.args, "--dry-run", "--out", plans], made.env);
  expect(dry).toMatchObject({ code: 0, stderr: "" });
  expect(dry.stdout).toContain(`one: 4 of 4 grants to revoke in Org one (${made.ids.get("one")}):\n`);
  expect(dry.stdout).toMatch(/\n8 grants to revoke in 2 orgs of 2\.\n$/);
  expect(existsSync(`${plans}/one.json`)).toBe(true);

  const nobody = await sanctioned(made.args, made.env);
  expect(nobody.code).toBe(1);
  expect(nobody.stderr).toContain("[confirmation-not-possible]");
  expect([made.calls(), made.held()]).toEqual([0, [4, 4]]);

  const done = await sanctioned([...made.args, "--approved-plans", plans, "--yes"], made.env);
  expect(done.stderr).toBe("");
  expect(done.stdout).toMatch(/\none +revoked +4 +0 +1\ntwo +revoked +4 +0 +1\n$/);
  expect([done.code, made.held()]).toEqual([0, [0, 0]]);
  // What was only looked at is not kept, and of what was done, no more than how much.
  expect((await historyOf(`${made.folder}/history.jsonl`)).read().runs).toMatchObject([
    {
      verb: "revoke",
      orgs: [
        { name: "one", seen: null, revoked: 4 },
        { name: "two", seen: null, revoked: 4 },
      ],
    },
  ]);
});

it("sanctioned fleet revoke of what no org has is an error: the name is misspelt", async () => {
  const made = await fleet(["one", "two"]);
  const { code, stderr } = await sanctioned(
    ["fleet", "revoke", "--orgs", `${made.folder}/orgs.yaml`, "--app", "Drfit", "--reason", "INC-9", "--yes"],
    made.env,
  );
  expect(stderr).toMatch(/^None of the 2 orgs that could be read has the app "Drfit"\. .*\[in-no-org\]\n$/);
  expect([code, made.calls()]).toEqual([1, 0]);
});

it("a fleet's revocation that is killed leaves a record of each org that verifies, and the next run ends what it began", async () => {
  const made = await fleet(["one", "two", "three"]);
  const child = spawn(process.execPath, [CLI, ...made.args, "--yes"], {
    env: {
      PATH: process.env.PATH ?? "",
      HOME: "/no-such-home",
      ...made.env,
      SANCTIONED_REVOKES_PER_SECOND: "2",
    },
    stdio: "ignore",
  });
  const ended = once(child, "close");
  while (made.calls() === 0 && child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGKILL");
  await ended;
  expect(made.held().reduce((sum, one) => sum + one)).toBeGreaterThan(0);
  const cut = await sanctioned(["audit", "verify", ...made.records()]);
  expect(cut).toMatchObject({ code: 0, stderr: "" });

  const again = await sanctioned([...made.args, "--yes"], made.env);
  expect([again.code, made.held()]).toEqual([0, [0, 0, 0]]);
  expect(made.records()).toHaveLength(3);
  expect(await sanctioned(["audit", "verify", ...made.records()])).toMatchObject({ code: 0 });
});
