import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Ajv } from "ajv";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isUnaltered } from "../../../src/plan/planFile.ts";
import { type PlanFile, PlanSchema } from "../../../src/plan/planSchema.ts";
import { sanctioned } from "../run.ts";

const BOBS = "Bob's Lead Scoring Tool";
const POLICY = "policy/dieppe-trading.yaml";
let org: LocalOrg;
let env: Record<string, string>;
let folder: string;

beforeAll(async () => {
  org = await startLocalOrg({ org: dieppeTrading(), readOnly: true });
  env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-cli-"));
});
afterAll(async () => {
  expect(org.writes).toEqual([]); // no verb here may write
  await org.close();
  rmSync(folder, { recursive: true });
});

const modeOf = (file: string) => statSync(file).mode & 0o777;
const inFolder = (name: string) => path.join(folder, name);
function policy(name: string, text: string): string {
  writeFileSync(inFolder(name), text);
  return inFolder(name);
}
/** The day that many days from now. */
const inDays = (days: number) => new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
const matchesPlanSchema = new Ajv({ strict: true }).compile<PlanFile>(PlanSchema);

describe("sanctioned plan", () => {
  it("shows the 12, with why and whether they can come back", async () => {
    const { code, stdout, stderr } = await sanctioned(["plan"], env);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(
      "12 revocations, by app and reason:\n- Bob's Lead Scoring Tool: app not listed (policy/dieppe-trading.yaml:6), 12 users *\n",
    );
    expect(stdout.match(/^ {2}- [a-z.]+@dieppe\.example +granted 2023-\S+, last used \S+$/gm)).toHaveLength(
      12,
    );
    expect(stdout).toContain("\n* can authorize it again only with Approve Uninstalled Connected Apps\n");
    expect(stdout).toContain("Kept: 436 sanctioned. Only reported: none.\n");
    expect(stdout).toContain(
      "Limits: 12 of 50 revocations, 2.7% of 25% of the grants, 12 of 50 for one app.\n",
    );
    expect(stdout).toMatch(
      /\ncomplete: 448 of 448\.\n\n12 revocations of 448 grants: 12 × Bob's Lead Scoring Tool \(app not listed\)\.\n$/,
    );
  });

  it("as JSON matches its published schema, says the numbers, and is the same bytes for the same time", async () => {
    const args = ["plan", "--format", "json", "--all", "--as-of", "2026-11-23T12:00:00Z"];
    const { code, stdout } = await sanctioned(args, env);
    expect(code).toBe(0);
    const plan: unknown = JSON.parse(stdout);
    if (!matchesPlanSchema(plan)) throw new Error(JSON.stringify(matchesPlanSchema.errors));
    expect(plan).toMatchObject({
      version: 1,
      asOf: "2026-11-23T12:00:00.000Z",
      org: { id: "00D000000001942EAA", name: "Dieppe Trading" },
      policy: { file: POLICY, mode: "enforce" },
      inventory: { grants: 448, connectedUsers: 290, apps: 3, proof: { read: 448, countAfter: 448 } },
      counts: { revoke: { "app-not-listed": 12 }, report: {}, keep: { sanctioned: 436 } },
      limits: {
        revocations: { limit: 50, actual: 12 },
        percent: { limit: 25, actual: 2.7, of: 448 },
        perApp: { limit: 50, actual: 12, app: BOBS },
        refusal: null,
      },
    });
    expect(plan.revocations).toHaveLength(12);
    expect(plan.revocations[0]).toMatchObject({
      user: { username: "ada.dubois@dieppe.example" },
      app: { id: null, name: BOBS, kind: "unknown" },
      code: "app-not-listed",
      policy: { file: POLICY, line: 6 },
      reauthorize: "if-approved",
    });
    expect(plan.rows).toHaveLength(448);
    expect(isUnaltered(plan)).toBe(true);
    expect(isUnaltered({ ...plan, revocations: plan.revocations.slice(1) })).toBe(false);

    const again: PlanFile = JSON.parse((await sanctioned(args, env)).stdout);
    const { at } = plan.inventory.proof;
    expect({ ...again, digest: "" }).toEqual({
      ...plan,
      digest: "",
      inventory: { ...plan.inventory, proof: { ...plan.inventory.proof, at: again.inventory.proof.at } },
    });
    expect(Date.parse(at)).not.toBeNaN();
  });

  it("exits 2 for drift where it is asked for, and 0 for none", async () => {
    expect((await sanctioned(["plan", "--detailed-exitcode"], env)).code).toBe(2);
    const clean = policy("clean.yaml", `version: 1\nunlisted: report\napps: []\n`);
    expect((await sanctioned(["plan", "--detailed-exitcode", "--policy", clean], env)).code).toBe(0);
    const entry = "{ name: Slack, users: everyone, settings: { adminApprovedUsersOnly: true } }";
    const differs = policy("differs.yaml", `version: 1\nunlisted: report\napps:\n  - ${entry}\n`);
    const found = await sanctioned(["plan", "--detailed-exitcode", "--policy", differs], env);
    expect([found.code, found.stdout]).toEqual([
      2,
      expect.stringContaining("\n  error    setting-differs  Slack"),
    ]);
    expect((await sanctioned(["plan", "--policy", differs], env)).code).toBe(0);
  });

  it("exits 3 when a limit refuses, with the whole plan and the remedy", async () => {
    const strict = policy("strict.yaml", `${readFileSync(POLICY, "utf8")}limits: { revocations: 11 }\n`);
    const { code, stdout, stderr } = await sanctioned(["plan", "--policy", strict], env);
    expect(code).toBe(3);
    expect(stdout.match(/^ {2}- \S+@dieppe\.example /gm)).toHaveLength(12);
    expect(stderr).toMatch(
      /^If all of it is meant, .*:\n {2}SANCTIONED_RAISE_REVOCATIONS=12 SANCTIONED_RAISE_REASON='' npx sanctioned plan --policy \S+\n$/,
    );
    expect(stdout).toMatch(
      /Refused: 12 revocations are over the limit of 11 \(limits\.revocations\): nothing is revoked\. .* \[limits-exceeded\]\n/,
    );
  });

  it("writes the plan to a new file and never over another", async () => {
    const out = inFolder("plan.json");
    expect((await sanctioned(["plan", "--out", out], env)).code).toBe(0);
    expect(isUnaltered(JSON.parse(readFileSync(out, "utf8")))).toBe(true);
    expect(modeOf(out)).toBe(0o600); // it names people
    const { code, stderr } = await sanctioned(["plan", "--out", out], env);
    expect([code, stderr]).toEqual([
      1,
      `${out} already exists. Remove it, or name another with --out. [file-exists]\n`,
    ]);
  });

  it("evaluates at the time that is asked for", async () => {
    const idle = policy(
      "idle.yaml",
      `${readFileSync(POLICY, "utf8")}defaults: { maxIdleDays: 3000 }\nlimits: { revocations: 999, percent: 100, perApp: 999 }\n`,
    );
    const at = async (time: string) =>
      JSON.parse(
        (await sanctioned(["plan", "--policy", idle, "--format", "json", "--as-of", time], env)).stdout,
      ).counts.revoke;
    expect(await at("2026-11-23")).toEqual({ "app-not-listed": 12 });
    expect((await at("2040-01-01")).idle).toBeGreaterThan(400);
  });
});

describe("sanctioned explain", () => {
  it("says every rule that was looked at, which decided, where, and what would change it", async () => {
    const { code, stdout } = await sanctioned(
      ["explain", "--user", "ada.weber@dieppe.example", "--app", BOBS],
      env,
    );
    expect(code).toBe(0);
    expect(stdout).toBe(`Bob's Lead Scoring Tool, ada.weber@dieppe.example (1 grant): revoke
  because: app not listed [app-not-listed], policy/dieppe-trading.yaml:6
  looked at, in order of precedence:
    own user        passes
    own app         passes
    user known      passes
    protected user  passes
    protected app   passes
    offboarded      passes
    inactive        passes
    frozen          passes
    exemption       passes
    app known       passes
    denied          passes
    listed          revoke: app not listed, policy/dieppe-trading.yaml:6
  what would change it: list the app under \`apps\`
`);
  });

  it("takes an app alone, with grants that are alike in one block", async () => {
    const { stdout } = await sanctioned(["explain", "--app", BOBS], env);
    expect(stdout).toContain(
      "ada.dubois@dieppe.example, ada.weber@dieppe.example, amir.bakker@dieppe.example and 9 more (12 grants): revoke",
    );
  });

  it("takes a user alone", async () => {
    const { stdout } = await sanctioned(
      ["explain", "--user", "amir.kowalski@dieppe.example", "--format", "json"],
      env,
    );
    expect(
      JSON.parse(stdout)
        .map(({ app, action, code }: { app: { name: string }; action: string; code: string }) => [
          app.name,
          action,
          code,
        ])
        .sort(),
    ).toEqual([
      [BOBS, "revoke", "app-not-listed"],
      ["Slack", "keep", "sanctioned"],
      ["Slack", "keep", "sanctioned"],
    ]);
  });

  it("judges a user without a grant as if it were given now", async () => {
    const { stdout } = await sanctioned(
      ["explain", "--user", "ada.weber@dieppe.example", "--app", "Slack"],
      env,
    );
    expect(stdout).toContain("Slack, ada.weber@dieppe.example (no grant; if it were given now): keep");
  });

  it("says what the policy and the one that it extends say of the app, each value with its place", async () => {
    const base =
      "version: 1\nunlisted: report\napps:\n  - { name: Slack, users: everyone, maxAgeDays: 3000 }\n";
    const extended = path.basename(policy("explained-base.yaml", base));
    const own = policy(
      "explained.yaml",
      `version: 1\nextends: ${extended}\ndefaults: { maxIdleDays: 900 }\napps:\n  - { name: Slack, owner: it }\n`,
    );
    const args = ["explain", "--policy", own, "--user", "amir.kowalski@dieppe.example", "--app", "Slack"];
    const { stdout } = await sanctioned(args, env);
    const shared = own.replace("explained", "explained-base");
    expect(stdout).toContain(`  what the policy says of the app:
    apps[0].name: Slack, ${own}:5
    apps[0].owner: it, ${own}:5
    apps[0].users: everyone, ${shared}:4
    apps[0].maxAgeDays: 3000, ${shared}:4
    defaults.maxIdleDays: 900, ${own}:3
`);
    const [{ said }] = JSON.parse((await sanctioned([...args, "--format", "json"], env)).stdout);
    expect(said[2]).toMatchObject({
      key: "apps[0].users",
      value: "everyone",
      policy: { file: shared, line: 4 },
    });
  });

  it("wants a user or an app, and one that the org has", async () => {
    expect((await sanctioned(["explain"], env)).stderr).toBe(
      "Nobody's grants are named. Say whose to explain: --user, --app or both. [nobody-named]\n",
    );
    expect((await sanctioned(["explain", "--user", "nobody"], env)).stderr).toContain(
      'No user "nobody" in Dieppe Trading',
    );
  });
});

describe("sanctioned init", () => {
  it("writes a draft that fits the org and revokes nothing, and never writes over a file", async () => {
    const draft = inFolder("drafts/dieppe.yaml");
    const { code, stdout } = await sanctioned(["init", "--out", draft], env);
    expect([code, stdout]).toEqual([
      0,
      `${draft} is written, from 448 grants.\nReview it, then see what it would revoke:\n  npx sanctioned plan --policy ${draft}\n`,
    ]);
    expect(modeOf(draft)).toBe(0o600);
    const text = readFileSync(draft, "utf8");
    expect(text).toContain("mode: report\n");
    expect(text).toContain(
      "  # ---- Connected apps ----\n  # review: 250 grants of 240 users, granted 2022-02-07 to ",
    );
    expect(text).toContain(
      "  # ---- Apps that are not installed: matched by name alone ----\n  # review: 12 grants of 12 users, ",
    );

    const plan = await sanctioned(["plan", "--policy", draft, "--format", "json"], env);
    expect(plan.code).toBe(0);
    expect(JSON.parse(plan.stdout)).toMatchObject({
      revocations: [],
      counts: { revoke: {}, keep: { sanctioned: 436 } },
    });

    const again = await sanctioned(["init", "--out", draft], env);
    expect([again.code, again.stderr]).toEqual([
      1,
      `${draft} already exists. Remove it, or name another with --out. [file-exists]\n`,
    ]);
    expect(readFileSync(draft, "utf8")).toBe(text);
  });
});

describe("sanctioned validate", () => {
  const bad = () =>
    policy("bad.yaml", 'version: 1\nunlisted: "no%d,e"\napps:\n  - { name: A, usrs: everyone }\n');

  it("needs no org and takes all policies of the folder", async () => {
    expect(await sanctioned(["validate"])).toEqual({
      code: 0,
      stderr: "",
      stdout: `${POLICY} is valid.\nSalesforce's own apps that it does not list are kept.\n`,
    });
  });

  it("reads below the root that a flag or the environment names, and no policy outside of it", async () => {
    mkdirSync(inFolder("root/eu"), { recursive: true });
    const own = policy("root/eu/acme.yaml", "version: 1\nextends: ../base.yaml\n");
    policy("root/base.yaml", "version: 1\nunlisted: report\napps: []\n");
    const root = inFolder("root");
    const runs = await Promise.all([
      sanctioned(["validate", own]),
      sanctioned(["validate", own, "--policy-root", root]),
      sanctioned(["--policy-root", root, "validate", own]),
      sanctioned(["validate", own], { SANCTIONED_POLICY_ROOT: root }),
      sanctioned(["plan", "--policy", POLICY], { ...env, SANCTIONED_POLICY_ROOT: root }),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([1, 0, 0, 0, 1]);
    expect(runs[0]!.stdout).toContain("[named-file-outside]");
    expect(runs[4]!.stderr).toContain("the policy file is not in the policy root");
  });

  it("says every problem of every file", async () => {
    const { code, stdout } = await sanctioned(["validate", bad(), inFolder("none.yaml"), POLICY]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      `bad.yaml:2:11: unlisted must be \`revoke\` or \`report\`, found "no%d,e"; see docs/policy.md [value-not-allowed]\n     2 | unlisted: "no%d,e"\n       |           ^\n`,
    );
    expect(stdout).toContain('bad.yaml:4:16: unknown key "usrs" in apps[0]; did you mean "users"?');
    expect(stdout).toContain("none.yaml: the policy file does not exist");
  });

  it("shows a policy and the one that it extends as one", async () => {
    const base = policy("one-base.yaml", "version: 1\nunlisted: report\napps: []\n");
    const own = policy("one.yaml", `version: 1\nextends: ${path.basename(base)}\n`);
    expect(await sanctioned(["validate", "--resolved", own])).toEqual({
      code: 0,
      stderr: "",
      stdout: `version: 1 # ${own}:1\nextends: one-base.yaml # ${own}:2\nunlisted: report # ${base}:2\napps: [] # ${base}:3\n`,
    });
    const wrong = await sanctioned(["validate", "--resolved", bad()]);
    expect([wrong.code, wrong.stdout]).toEqual([1, (await sanctioned(["validate", bad()])).stdout]);
  });

  it("as annotations that no text can break out of", async () => {
    const { code, stdout } = await sanctioned(["validate", "--format", "github", bad()]);
    expect(code).toBe(1);
    expect(stdout.split("\n")[0]).toBe(
      `::error file=${bad()},line=2,col=11,title=sanctioned policy%3A value-not-allowed::unlisted must be \`revoke\` or \`report\`, found "no%25d,e"; see docs/policy.md`,
    );
  });

  it("as JSON", async () => {
    const { stdout } = await sanctioned(["validate", "--format", "json", bad()]);
    expect(
      JSON.parse(stdout).problems.map(
        ({ line, column, code }: { line: number; column: number; code: string }) => [line, column, code],
      ),
    ).toEqual([
      [2, 11, "value-not-allowed"],
      [4, 5, "key-missing"],
      [4, 16, "unknown-key"],
    ]);
    expect(JSON.parse((await sanctioned(["validate", "--format", "json"])).stdout)).toEqual({
      problems: [],
      more: 0,
    });
  });

  it("as SARIF with each problem's place", async () => {
    const { stdout } = await sanctioned(["validate", "--format", "sarif", bad()]);
    const log = JSON.parse(stdout);
    expect(log.version).toBe("2.1.0");
    expect(log.runs[0].tool.driver.name).toBe("sanctioned");
    const { rules } = log.runs[0].tool.driver;
    expect(rules.find(({ id }: { id: string }) => id === "value-not-allowed")).toMatchObject({
      shortDescription: { text: "… must be …, found …" },
      help: { text: "What to do: docs/errors.md#value-not-allowed" },
    });
    expect(log.runs[0].results[0]).toMatchObject({
      ruleId: "value-not-allowed",
      level: "error",
      locations: [{ physicalLocation: { region: { startLine: 2, startColumn: 11 } } }],
    });
  });

  it("looks up names where an org is asked for", async () => {
    const typo = policy("typo.yaml", readFileSync(POLICY, "utf8").replace("Sales User", "Sale User"));
    expect((await sanctioned(["validate", typo])).code).toBe(0);
    const { code, stdout } = await sanctioned(["validate", "--look-up", typo], env);
    expect(code).toBe(1);
    expect(stdout).toContain('no profile "Sale User" in Dieppe Trading; did you mean "Sales User"?');
  });
});

describe("sanctioned baseline", () => {
  it("takes what would be revoked as known, so that only what is new is revoked", async () => {
    const known = inFolder("known.yaml");
    const { code, stdout } = await sanctioned(["baseline", "--expires", inDays(180), "--out", known], env);
    expect([code, stdout]).toEqual([
      0,
      `${known} is written, with 12 grants. Name it in the policy, relative to that file: \`baseline: …\`\n`,
    ]);
    const held = policy("held.yaml", `${readFileSync(POLICY, "utf8")}baseline: known.yaml\n`);
    const plan = JSON.parse((await sanctioned(["plan", "--policy", held, "--format", "json"], env)).stdout);
    expect([plan.revocations, plan.counts.report]).toEqual([[], { "app-not-listed": 12 }]);
  });

  it("wants a day no further ahead than an exemption may be", async () => {
    const { code, stderr } = await sanctioned(
      ["baseline", "--expires", inDays(182), "--out", inFolder("far.yaml")],
      env,
    );
    expect([code, stderr]).toEqual([
      1,
      `--expires is more than 180 days from now. Name ${inDays(180)} or an earlier day, or raise \`maxExemptionDays\` in the policy. [expiry-too-late]\n`,
    ]);
  });

  it("leaves out denied apps and leavers, which no baseline holds back", async () => {
    const known = inFolder("leavers.yaml");
    const left = policy(
      "left.yaml",
      `${readFileSync(POLICY, "utf8")}offboarded: [ada.weber@dieppe.example]\n`,
    );
    const { stdout } = await sanctioned(
      ["baseline", "--expires", inDays(30), "--policy", left, "--out", known],
      env,
    );
    expect(stdout).toMatch(
      /is written, with 11 grants\. Left out, since a baseline holds back neither denied apps nor leavers: \d+\. Name it/,
    );
    expect(readFileSync(known, "utf8")).toMatch(new RegExp(`^written: ${inDays(0)}$`, "m"));
    expect(readFileSync(known, "utf8")).not.toContain("ada.weber");
  });

  it("wants a day of the calendar", async () => {
    const { code, stderr } = await sanctioned(
      ["baseline", "--expires", "2027-02-30", "--out", inFolder("no.yaml")],
      env,
    );
    expect([code, stderr]).toEqual([
      1,
      "--expires is not a day of the calendar. Write it as 2027-03-31. [expiry-not-a-day]\n",
    ]);
  });
});

describe("whatever the verb", () => {
  it("no token is in any output (law 7)", async () => {
    const tokens = org.store
      .grants()
      .flatMap(({ DeleteToken, AccessToken, RequestToken }) => [DeleteToken, AccessToken, RequestToken])
      .map(String)
      .concat(org.accessToken);
    for (const args of [
      ["plan", "--format", "json", "--all"],
      ["plan"],
      ["explain", "--app", BOBS],
      ["explain", "--app", BOBS, "--format", "json"],
      ["init", "--out", inFolder("canary.yaml")],
      ["validate", "--look-up"],
    ]) {
      const { stdout, stderr } = await sanctioned(args, env);
      for (const token of tokens) expect(stdout + stderr).not.toContain(token);
    }
    expect(tokens.every((token) => !readFileSync(inFolder("canary.yaml"), "utf8").includes(token))).toBe(
      true,
    );
  });

  it("a policy that is not right is said before anything logs in", async () => {
    const wrong = policy("wrong.yaml", "version: 2\n");
    for (const verb of ["plan", "explain", "baseline"]) {
      const rest = {
        plan: [],
        explain: ["--app", "x"],
        baseline: ["--expires", "2027-01-01", "--out", inFolder("x")],
      };
      const { code, stderr } = await sanctioned([
        verb,
        "--policy",
        wrong,
        ...rest[verb as keyof typeof rest],
      ]);
      expect(code).toBe(1);
      expect(stderr).toContain("version must be 1, found 2");
    }
  });
});

describe("sanctioned schema", () => {
  it.each(["policy", "baseline", "plan"])("prints what is published: %s", async (what) => {
    const { code, stdout } = await sanctioned(["schema", what]);
    expect(code).toBe(0);
    expect(stdout).toBe(readFileSync(`schema/${what}.schema.json`, "utf8"));
    expect(JSON.parse(stdout).$schema).toBe("http://json-schema.org/draft-07/schema#");
  });
});
