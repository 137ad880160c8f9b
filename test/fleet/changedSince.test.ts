import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { changedSince } from "../../src/fleet/changedSince.ts";
import { type FleetFolder, fleetFolder } from "./fleetFolder.ts";

const OWN = "version: 1\nunlisted: report\nbaseline: known.yaml\napps: []\n";
const BASELINE = (user: string) =>
  `version: 1\nwritten: 2026-11-01\nexpires: 2099-01-01\ngrants:\n  - { app: Slack, user: ${user} }\n`;

let git: (...command: string[]) => string;
async function committed(): Promise<FleetFolder> {
  const made = await fleetFolder([
    { name: "follower", options: null },
    { name: "own", options: null, policy: OWN },
  ]);
  onTestFinished(() => made.close());
  made.write("policy/known.yaml", BASELINE("ada@acme.example"));
  git = (...command) =>
    execFileSync(
      "git",
      ["-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "-c", "commit.gpgsign=false", ...command],
      { cwd: made.folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
    );
  git("init", "-q");
  git("add", "-A");
  git("commit", "-q", "-m", "one");
  return made;
}

function changed(made: FleetFolder, ref = "HEAD"): string[] {
  const { fleet } = made.select();
  const { hasChanged } = changedSince(ref, fleet, made.folder, []);
  return fleet.orgs.filter(hasChanged).map(({ name }) => name);
}

beforeAll(() => {
  // No setting of the machine decides.
  process.env.GIT_CONFIG_GLOBAL = "/dev/null";
});

it("a change of what a policy extends is one of every org that extends it; a comment is none", async () => {
  const made = await committed();
  expect(changed(made)).toEqual([]);
  made.write(
    "policy/shared.yaml",
    "# why\nversion: 1\nunlisted: revoke\nplatformApps: revoke\nlimits: { revocations: 50, percent: 100, perApp: 50 }\napps: []\n",
  );
  expect(changed(made)).toEqual([]);
  made.write("policy/shared.yaml", "version: 1\nunlisted: report\napps: []\n");
  expect(changed(made)).toEqual(["follower"]);
});

it("another grant in a baseline of as many is a change", async () => {
  const made = await committed();
  made.write("policy/known.yaml", BASELINE("amir@acme.example"));
  expect(changed(made)).toEqual(["own"]);
});

it("another entry in orgs.yaml is a change, and so is what cannot be told", async () => {
  const made = await committed();
  git("commit", "-q", "--allow-empty", "-m", "two");
  made.write("policy/own.yaml", "version: 1\nunlisted: revok\n");
  expect(changed(made)).toEqual(["own"]);
  git("rm", "-q", "--cached", "orgs.yaml");
  git("commit", "-q", "-m", "three");
  expect(changed(made)).toEqual(["follower", "own"]);
  expect(changed(made, "HEAD~1")).toEqual(["own"]);
});

it("a commit that git does not know, or that reads like an option, is refused", async () => {
  const made = await committed();
  expect(() => changed(made, "no-such-branch")).toThrow("Git does not say what changed since no-such-branch");
  expect(() => changed(made, "--help")).toThrow("Git does not say");
});

it("the repository is the folder's, whatever a hook of git's says", async () => {
  const made = await committed();
  const other = await committed();
  other.write("policy/shared.yaml", "version: 1\nunlisted: report\napps: []\n");
  git("commit", "-q", "-a", "-m", "two");
  made.write("policy/shared.yaml", "version: 1\nunlisted: report\napps: []\n");
  vi.stubEnv("GIT_DIR", `${other.folder}/.git`);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(changed(made)).toEqual(["follower"]);
});

it("other limits of the fleet are a change of every org: what was refused for them is revoked with others", async () => {
  const made = await committed();
  const text = readFileSync(`${made.folder}/orgs.yaml`, "utf8");
  made.write("orgs.yaml", text.replace("orgs:", "limits: { orgs: 10 }\norgs:"));
  expect(changed(made)).toEqual([]);
  made.write("orgs.yaml", text.replace("orgs:", "limits: { revocations: 2000 }\norgs:"));
  expect(changed(made)).toEqual(["follower", "own"]);
});

it("an org that is listed no more is told of", async () => {
  const made = await committed();
  const text = readFileSync(`${made.folder}/orgs.yaml`, "utf8");
  made.write("orgs.yaml", text.slice(0, text.indexOf("  - name: own")));
  expect(changedSince("HEAD", made.select().fleet, made.folder, []).gone).toEqual(["own"]);
});
