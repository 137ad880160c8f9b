import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { replaceFile } from "../../../src/cli/files.ts";
import { program } from "../../../src/cli/program.ts";
import { NO_NEEDS } from "../../../src/inventory/needs.ts";
import { saveInventory } from "../../../src/plan/savedInventory.ts";
import { ForgeStandIn, TOKEN } from "../../forge/standIn.ts";
import { app, grant, inventoryOf, like, provider, sfId, user } from "../../inventories.ts";
import { sanctioned } from "../run.ts";
import { typedAt } from "../typed.ts";

const BOBS = "Bob's Lead Scoring Tool";
const SLACK = "0H4000000000002CAA";
const POLICY = "policy/dieppe.yaml";
const TEXT = `# ours
version: 1
unlisted: report
apps:
  - { name: Slack, users: everyone } # all
`;
let org: LocalOrg;
let env: Record<string, string>;
let folder: string;

beforeAll(async () => {
  org = await startLocalOrg({ org: dieppeTrading(), readOnly: true });
  env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
});
afterAll(async () => {
  expect(org.writes).toEqual([]); // nothing is revoked by a decision
  await org.close();
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-decisions-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(path.join(folder, "policy"));
  writeFileSync(path.join(folder, POLICY), TEXT);
});
const text = () => readFileSync(path.join(folder, POLICY), "utf8");
const decide = (args: readonly string[], more: Record<string, string> = env) =>
  sanctioned(args, more, folder);

describe("a decision by a verb", () => {
  it("is shown, with what it does in the org, and written once", async () => {
    const args = ["deny", "--app", BOBS, "--reason", "Unused since 2024"];
    const shown = await decide([...args, "--dry-run"]);
    expect([shown.code, text()]).toEqual([0, TEXT]);
    expect(shown.stderr).toContain("it is matched by its name alone, and so is any app that takes that name");
    expect(shown.stdout).toBe(`--- a/${POLICY}
+++ b/${POLICY}
@@ -4,2 +4,6 @@
 apps:
   - { name: Slack, users: everyone } # all
+
+  - name: ${BOBS}
+    sanctioned: false
+    reason: Unused since 2024
With that the policy would revoke 12 of 448 grants in Dieppe Trading, where it would revoke 0 without.
${POLICY} is as it was (--dry-run). Nothing is revoked.
`);
    const written = await decide(args);
    expect(written.stdout).toMatch(
      /is written\. Nothing is revoked by that\. Next: `npx sanctioned plan --policy /,
    );
    expect(text()).toBe(`${TEXT}\n  - name: ${BOBS}\n    sanctioned: false\n    reason: Unused since 2024\n`);
    expect((await decide(args)).stdout).toBe(`${POLICY} says so already. Nothing is written.\n`);
  });

  it("by an id takes no org", async () => {
    const args = ["allow", "--app", "0H4000000000001CAA", "--profiles", "Sales User", "--reason", "Mail"];
    expect(await decide(args, {})).toMatchObject({ code: 0, stderr: "" });
    expect(text()).toContain(
      "  - id: 0H4000000000001CAA\n    reason: Mail\n    users: { profiles: [Sales User] }\n",
    );
  });

  it("is not there where the policy would not fit the org", async () => {
    const { code, stderr } = await decide(["protect", "--user", "nobody@dieppe.example"]);
    expect([code, text()]).toEqual([1, TEXT]);
    expect(stderr).toMatch(/\[user-not-in-org\]\n(.*\n)*.*Nothing is written\. .*\[decision-not-possible\]/);
  });

  it.each([
    [
      "for nobody",
      ["allow", "--app", SLACK, "--reason", "x", "--policy", "policy/none.yaml"],
      "policy-with-problems",
    ],
    [
      "of an id that was copied wrongly",
      ["deny", "--app", "0H4000000000001CAB", "--reason", "x"],
      "named-id-miscopied",
    ],
    ["without a reason", ["allow", "--app", "0H4000000000009CAA", "--everyone"], "reason-of-app-missing"],
    [
      "for everyone and some",
      ["allow", "--app", SLACK, "--everyone", "--profiles", "A"],
      "everyone-and-some",
    ],
    [
      "that is over",
      ["exempt", "--app", SLACK, "--owner", "o", "--reason", "r", "--expires", "2020-01-01"],
      "exemption-over",
    ],
    ["of nothing", ["protect"], "app-or-user-missing"],
    ["as a pull request without a branch", ["protect", "--app", SLACK, "--pull-request"], "branch-not-named"],
  ])("%s is refused", async (_, args, code) => {
    const before = process.cwd();
    process.chdir(folder);
    onTestFinished(() => process.chdir(before));
    await expect(program().parseAsync(args, { from: "user" })).rejects.toMatchObject({ code });
    expect(text()).toBe(TEXT);
  });
});

describe("the app that is meant", () => {
  const [one, other] = [app("Slack", sfId("0H4", 1)), app("Slack", sfId("0H4", 2))];
  const [drift, hostile] = [app("Drift"), app("a\n# \u202e: [x]")];
  const apps = [one, other, drift, hostile, like(one, other), provider("Okta", sfId("0SO", 1))];
  const ann = user(1);
  const inventory = inventoryOf({
    users: [ann],
    apps,
    grants: apps.slice(0, 5).map((of) => grant(ann.id, of)),
  });

  /** Runs a verb in the folder, against a saved inventory; what it prints. */
  async function run(...args: string[]): Promise<string> {
    const before = process.cwd();
    process.chdir(folder);
    writeFileSync("inventory.json", saveInventory(inventory, NO_NEEDS));
    let printed = "";
    const spies = [process.stdout, process.stderr].map((to) =>
      vi.spyOn(to, "write").mockImplementation((more) => {
        printed += String(more);
        return true;
      }),
    );
    try {
      await program().parseAsync([...args, "--inventory", "inventory.json"], { from: "user" });
    } finally {
      for (const spy of spies) spy.mockRestore();
      process.chdir(before);
    }
    return printed;
  }

  const EMPTY = "version: 1\nunlisted: report\napps:\n";
  beforeEach(() => writeFileSync(path.join(folder, POLICY), EMPTY));

  it("is one of several of a name by its id alone", async () => {
    await expect(run("deny", "--app", "Slack", "--reason", "x")).rejects.toMatchObject({
      code: "app-ambiguous",
    });
    await run("deny", "--app", other.id!, "--reason", "x");
    expect(text()).toContain(`- name: Slack\n    id: ${other.id}\n    sanctioned: false\n`);
  });

  it("is no identity provider, and none that the org does not have", async () => {
    await expect(run("deny", "--app", "Okta", "--reason", "x")).rejects.toMatchObject({
      code: "provider-not-edited",
    });
    await expect(run("deny", "--app", "Drfit", "--reason", "x")).rejects.toMatchObject({
      code: "app-not-found",
    });
  });

  it("is written as it is called, whatever that is, with a word that a name proves nothing", async () => {
    expect(await run("allow", "--app", hostile.name, "--everyone", "--reason", "x: y")).toContain(
      "by its name alone",
    );
    expect(text()).toBe(
      'version: 1\nunlisted: report\napps:\n  - name: "a\\n# \\u202e: [x]"\n    reason: "x: y"\n    users: everyone\n',
    );
    await run("protect", "--app", "Drift");
    expect(text()).toMatch(/\nprotected:\n {2}apps:\n {4}- Drift\n$/);
    await expect(run("deny", "--app", "Drift", "--reason", "x")).rejects.toMatchObject({
      code: "decision-not-possible",
    });
  });

  const signer = ["--app", "Contract Signer", "--everyone", "--reason", "Contracts (SEC-402)"];

  it("can be still to come, with a day that can be moved, and its entry be turned into a denial", async () => {
    await expect(run("allow", ...signer)).rejects.toMatchObject({
      code: "app-not-there-yet",
      remedy: expect.stringMatching(
        /still to be installed: `npx sanctioned .*--expected-by \d{4}-\d\d-\d\d`\.$/,
      ),
    });
    expect(await run("allow", ...signer, "--expected-by", "2099-01-31")).toContain(
      "does not have Contract Signer yet: it is matched by its name alone",
    );
    await run("allow", "--app", "contract signer", "--expected-by", "2099-03-31");
    const entry = `${EMPTY}  - name: Contract Signer\n`;
    expect(text()).toBe(
      `${entry}    reason: Contracts (SEC-402)\n    expected: true\n    expectedBy: 2099-03-31\n    users: everyone\n`,
    );
    await run("deny", "--app", "Contract Signer", "--reason", "Not bought");
    expect(text()).toBe(`${entry}    sanctioned: false\n    reason: Not bought\n`);
  });

  it.each([
    ["allow", ["--app", "drift", ...signer.slice(2), "--expected-by", "2099-03-31"], "app-there-already"],
    ["allow", [...signer, "--expected-by", "2020-01-01"], "expected-day-over"],
    [
      "allow",
      ["--app", sfId("0SO", 2), ...signer.slice(2), "--expected-by", "2099-03-31"],
      "provider-not-edited",
    ],
    ["allow", ["--app", " \u200b", ...signer.slice(2), "--expected-by", "2099-03-31"], "text-empty"],
    ["allow", ["--app", "Contract Signer"], "users-not-said"],
    ["allow", ["--app", "Drfit", ...signer.slice(2)], "app-not-found"],
    ["deny", ["--app", "Contract Signer", "--reason", "r"], "app-not-found"],
    ["protect", ["--app", "Contract Signer"], "app-not-found"],
  ])("is not still to come: %s %s", async (verb, args, code) => {
    await expect(run(verb, ...args)).rejects.toMatchObject({ code });
    expect(text()).toBe(EMPTY);
  });
});

it("a decision becomes a branch and a pull request, and the file at hand stays", async () => {
  const standIn = await new ForgeStandIn().start();
  onTestFinished(() => standIn.stop());
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, encoding: "utf8" });
  git("init", "-q", "-b", "main");
  git("init", "-q", "--bare", "origin.git");
  git("remote", "add", "origin", path.join(folder, "origin.git"));
  git("add", "policy");
  const who = {
    GIT_AUTHOR_NAME: "Ann",
    GIT_AUTHOR_EMAIL: "a@b.example",
    GIT_COMMITTER_NAME: "Ann",
    GIT_COMMITTER_EMAIL: "a@b.example",
  };
  execFileSync("git", ["commit", "-qm", "first"], { cwd: folder, env: { ...process.env, ...who } });
  const forge = { GITHUB_API_URL: standIn.url, GITHUB_REPOSITORY: "dieppe/org", GITHUB_TOKEN: TOKEN };
  const { code, stdout, stderr } = await decide(
    [
      "deny",
      "--app",
      SLACK,
      "--reason",
      "@here",
      "--branch",
      "deny-slack",
      "--pull-request",
      "--post",
      "github",
    ],
    { ...who, ...forge },
  );
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(
    /is on the new branch deny-slack; .* here is as it was\. .* https:\/\/github\.example\/dieppe\/org\/pull\/13\n$/,
  );
  expect(text()).toBe(TEXT);
  expect(git("status", "--porcelain", "--", "policy")).toBe("");
  expect(git("diff", "--stat", "main", "deny-slack")).toContain("1 file changed");
  expect(git("--git-dir", "origin.git", "rev-parse", "deny-slack")).toBe(git("rev-parse", "deny-slack"));
  expect(standIn.opened).toEqual([
    {
      head: "deny-slack",
      base: "main",
      title: `Deny ${SLACK}`,
      body: expect.stringMatching(
        /^- .*\n\nNothing is revoked before this is merged and applied\.\n\n```text\n(.*\n)+\+ .*reason: "@here"\n(.*\n)*```$/,
      ),
    },
  ]);
});

/** Answers each question of a review at a pseudo-terminal. @param answers which question comes, and what is typed */
function typed(answers: Parameters<typeof typedAt>[1], args: readonly string[] = []): Promise<string> {
  return typedAt(["review", ...args], answers, { env, folder });
}

describe("a review at a terminal", () => {
  it("is refused where nobody could answer, with the verbs that ask nothing", async () => {
    const { code, stdout, stderr } = await decide(["review"]);
    expect([code, stdout, text()]).toEqual([1, "", TEXT]);
    expect(stderr).toMatch(/`npx sanctioned deny --app NAME --reason "Why"`.* \[review-not-asked\]\n$/);
  });

  it("shows what is undecided, writes what is confirmed at once, and Ctrl-C keeps that and no more", async () => {
    const shown = await typed([
      ["1 of 3  Outlook Plugin", ""],
      ["[q]uit: ", "x\r"],
      ["Type one of a, d, e, o, s, q", "a\r"],
      ["For whom: [p]roposed: profiles Sales User, Standard User", "p\r"],
      ["Who answers for it: ", "it@dieppe.example\r"],
      ["Why: ", "Mail: SEC-1\r"],
      ["Enter for no day): ", "2020-01-01\r"],
      ["Type a day to come", "\r"],
      ["Write it? ", "\r"],
      [`2 of 3  ${BOBS}`, "o\r"],
      ["Who decides on it: ", "bob@dieppe.example\r"],
      ["Until, ", "\r"],
      ["Write it? ", "n\r"],
      ["[q]uit: ", "d\r"],
      ["Why: ", "Old\r"],
      ["Write it? ", "y\r"],
      ["3 of 3  Slack", "o\r"],
      ["Who answers for it: ", "\u0003"],
    ]);
    expect(shown).toContain("12 users: ");
    expect(shown).toContain("its name alone, which any app can take");
    expect(shown).toContain("2 decided, 0 skipped, 1 not looked at. It was ended; what was confirmed stays.");
    expect(text()).toBe(`${TEXT}
  - name: Outlook Plugin
    id: 0H4000000000001CAA
    owner: it@dieppe.example
    reason: "Mail: SEC-1"
    users: { profiles: [Sales User, Standard User] }

  - name: ${BOBS}
    sanctioned: false
    reason: Old
`);
  });

  it("takes what was typed ahead for no yes, and lines that are too long go on below their title", async () => {
    const shown = await typed([
      ["[q]uit: ", "d\r"],
      ["Why: ", "Pasted\r\r\r"],
      ["Write it? ", "n\r"],
      ["[q]uit: ", "q\r"],
    ]);
    expect(shown).toMatch(/\n {2}who +240 users: .*\n {19}\S+@dieppe\.example,/);
    for (const line of shown.split("\n"))
      if (!line.includes("\u001b")) expect(line.length).toBeLessThanOrEqual(80);
    expect(shown).toContain("0 decided");
    expect(text()).toBe(TEXT);
  });

  it("ends where somebody else changes the file, with what it wrote before that", async () => {
    const shown = await typed([
      ["[q]uit: ", "d\r"],
      ["Why: ", "Old\r"],
      ["Write it? ", "y\r"],
      ["[q]uit: ", "d\r"],
      ["Why: ", "Older\r"],
      [
        "Write it? ",
        () => {
          writeFileSync(path.join(folder, POLICY), `${text()}# theirs\n`);
          return "y\r";
        },
      ],
    ]);
    expect(shown).toMatch(
      /Confirmed, and written into policy\/dieppe.yaml before that:\n {2}Deny Outlook Plugin\n.*changed by somebody else meanwhile/s,
    );
    expect(text()).toMatch(/reason: Old\n# theirs\n$/);
  });

  it("with --dry-run writes nothing", async () => {
    const shown = await typed(
      [
        ["[q]uit: ", "d\r"],
        ["Why: ", "Old\r"],
        ["Keep it? ", "y\r"],
        ["[q]uit: ", "q\r"],
      ],
      ["--dry-run"],
    );
    expect(shown).toContain("is as it was (--dry-run)");
    expect(text()).toBe(TEXT);
  });
});

it("a file that somebody changed meanwhile stays as they left it", () => {
  const file = path.join(folder, POLICY);
  writeFileSync(file, "theirs");
  expect(() => replaceFile(file, TEXT, "ours", POLICY)).toThrow(/changed by somebody else meanwhile/);
  expect(readFileSync(file, "utf8")).toBe("theirs");
});
