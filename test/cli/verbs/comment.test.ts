import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newsSinks } from "../../../src/cli/driftNews.ts";
import { digestOf } from "../../../src/plan/digest.ts";
import { validator } from "../../../src/validator.ts";
import { EventSchema } from "../../../src/watch/event.ts";
import { ForgeStandIn, TOKEN } from "../../forge/standIn.ts";
import { somePlan } from "../../report/someReport.ts";
import { sanctioned } from "../run.ts";

let folder: string;
let forge: ForgeStandIn;
const inFolder = (name: string) => path.join(folder, name);
const write = (name: string, value: object) => {
  writeFileSync(inFolder(name), JSON.stringify(value));
  return inFolder(name);
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-comment-"));
  forge = await new ForgeStandIn().start();
  const { rows, apps, users, exemptions, digest, ...plan } = somePlan();
  write("plan.json", { ...plan, digest: digestOf(plan) });
  const other = { ...plan, org: { ...plan.org, id: "00D000000000009EAA" } };
  write("other.json", { ...other, digest: digestOf(other) });
  write("changed.json", { ...plan, asOf: "2026-01-01T00:00:00.000Z", digest: digestOf(plan) });
  writeFileSync(inFolder("output.txt"), "policy/some.yaml:3:1: unknown key");
});
afterAll(async () => {
  await forge.stop();
  rmSync(folder, { recursive: true });
});

describe("sanctioned comment", () => {
  it("prints the comment with its mark", async () => {
    writeFileSync(inFolder("audit.jsonl"), "");
    const { code, stdout, stderr } = await sanctioned([
      "comment",
      "--plan",
      inFolder("plan.json"),
      "--audit",
      inFolder("audit.jsonl"),
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`The audit record ends with \`${"0".repeat(64)}\`.`);
    expect(stdout).toMatch(/^<!-- sanctioned:comment:[0-9a-f]{16} -->\n## Connected users of Dieppe\n/);
  });

  it("posts it, then changes it in place, for a failure too; the token is nowhere to be seen", async () => {
    const env = { GITHUB_API_URL: forge.url, GITHUB_REPOSITORY: "dieppe/org", GITHUB_TOKEN: TOKEN };
    const post = (...args: string[]) =>
      sanctioned(["comment", ...args, "--post", "github", "--pull-request", "12"], env);
    const runs = [
      await post("--plan", inFolder("plan.json")),
      await post("--plan", inFolder("plan.json"), "--base", inFolder("plan.json")),
      await post("--failed", inFolder("output.txt"), "--policy", "policy/some.yaml"),
    ];
    expect(runs.map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, "Comment created.\n"],
      [0, "Comment updated.\n"],
      [0, "Comment updated.\n"],
    ]);
    expect(forge.comments).toHaveLength(1);
    expect(forge.comments[0]!.body).toContain("⛔ **The preview failed.**");
    expect(JSON.stringify(runs)).not.toContain(TOKEN);
  });

  it("fails on what it is told to fail on, once it is posted; labels that are refused lose nothing", async () => {
    const env = { GITHUB_API_URL: forge.url, GITHUB_REPOSITORY: "dieppe/org", GITHUB_TOKEN: TOKEN };
    forge.comments.length = 0;
    const run = (...args: string[]) =>
      sanctioned(
        ["comment", "--plan", inFolder("plan.json"), ...args, "--post", "github", "--pull-request", "12"],
        env,
      );
    const same = ["--base", inFolder("plan.json")];
    const fails = ["--fail-on", "revokes", "--fail-on", "widened:high", "--labels"];
    // Nothing is known of what a plan allows more than none.
    expect(await run(...fails)).toMatchObject({
      code: 2,
      stdout: "Comment created.\nLabels: sanctioned:widens, sanctioned:widens-high, sanctioned:revokes.\n",
      stderr: "The change is what this fails on: revokes, widened:high.\n",
    });
    expect(forge.labels).toEqual(["sanctioned:widens", "sanctioned:widens-high", "sanctioned:revokes"]);
    expect(await run(...same, ...fails)).toMatchObject({
      code: 0,
      stdout: "Comment updated.\nLabels: none of ours.\n",
    });
    expect(forge.labels).toEqual([]);
    // Who it is, the comments and the labels are read, then refused.
    const refuse = { status: 403, body: { message: "You do not have permission to create labels" } };
    forge.trouble.push(
      { status: 403 },
      { status: 200, body: [] as never },
      { status: 201, body: {} },
      refuse,
    );
    const refused = await run("--labels", "--fail-on", "widened");
    expect([refused.code, refused.stdout]).toEqual([2, "Comment created.\n"]);
    expect(refused.stderr).toContain("The labels were not set (the comment is there)");
  }, 60_000);

  it.each<[mistake: string, args: () => string[], message: RegExp]>([
    [
      "nothing to say",
      () => [],
      /^There is nothing to comment on\. Name the plan with --plan, or with --failed the output of what failed\. \[plan-not-named\]\n$/,
    ],
    [
      "plans of two orgs",
      () => ["--plan", inFolder("plan.json"), "--base", inFolder("other.json")],
      /^The plans are of two orgs: /,
    ],
    [
      "a plan that was changed",
      () => ["--plan", inFolder("changed.json")],
      /changed\.json was changed after it was written\. Make a new one/,
    ],
    [
      "what is no plan",
      () => ["--plan", inFolder("output.txt")],
      /output\.txt is not valid JSON\. Make a new one with `npx sanctioned plan --out`\. \[plan-not-json\]\n$/,
    ],
    ["no token", () => ["--plan", inFolder("plan.json"), "--post", "github"], /^GITHUB_TOKEN is not set\. /],
    [
      "a number that is none",
      () => ["--plan", inFolder("plan.json"), "--pull-request", "0"],
      /It is a number from 1\./,
    ],
  ])("%s is one clear error", async (_, args, message) => {
    const { code, stdout, stderr } = await sanctioned(["comment", ...args()]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(message);
  });
});

it("sanctioned issue prints what it would keep, or posts it", async () => {
  const printed = await sanctioned(["issue", "--plan", inFolder("plan.json")]);
  expect([printed.code, printed.stdout.split("\n")[0]]).toEqual([
    0,
    "# Connected users: 4 grants break the policy",
  ]);
  const env = { GITHUB_API_URL: forge.url, GITHUB_REPOSITORY: "dieppe/org", GITHUB_TOKEN: TOKEN };
  const program = inFolder("tell.sh");
  writeFileSync(program, `#!/bin/sh\ncat >> '${inFolder("told.jsonl")}'\n`, { mode: 0o755 });
  const post = [
    "issue",
    "--plan",
    inFolder("plan.json"),
    "--post",
    "github",
    "--to",
    "command",
    "--command",
    program,
  ];
  const posted = await sanctioned(post, env);
  expect([posted.code, posted.stdout]).toEqual([0, "Issue: opened.\n"]);
  expect(forge.issues).toMatchObject([
    { title: "Connected users: 4 grants break the policy", labels: ["sanctioned"] },
  ]);
  // Nothing is new then, and nothing is told.
  expect((await sanctioned(post, env)).stdout).toBe("Issue: unchanged.\n");
  const told = readFileSync(inFolder("told.jsonl"), "utf8").trimEnd().split("\n");
  expect(told).toHaveLength(1);
  const event = JSON.parse(told[0]!);
  expect(validator(EventSchema)()(event)).toBe(true);
  expect(event).toMatchObject({
    kind: "drift-grew",
    state: "begun",
    severity: "warning",
    org: { name: "Dieppe" },
    text: expect.stringMatching(
      /^policy\/some\.yaml: 4 new cases, 4 in all: .*Bob's Lead Scoring Tool: app not listed: 1 \(user2@dieppe\.example\)/s,
    ),
    details: { policy: "policy/some.yaml", new: "4", settled: "0", inAll: "4" },
  });
});

it("what is new is known by the issue alone", async () => {
  await expect(newsSinks({ to: ["stdout"] }, false)).rejects.toMatchObject({
    code: "news-without-issue",
  });
});
