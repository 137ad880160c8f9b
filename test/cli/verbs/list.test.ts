import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sanctioned } from "../run.ts";

let org: LocalOrg;
let env: Record<string, string>;

beforeAll(async () => {
  org = await startLocalOrg({ org: dieppeTrading(), readOnly: true });
  env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
});
afterAll(async () => {
  expect(org.writes).toEqual([]);
  await org.close();
});

describe("sanctioned list", () => {
  it("is a table by app", async () => {
    const { code, stdout, stderr } = await sanctioned(["list"], env);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, "TIME")).toBe(
      `App                      Users  Grants  First granted  Last used
Outlook Plugin             240     250  2022-02-07     2026-11-18
Slack                      180     186  2023-01-17     2026-11-18
Bob's Lead Scoring Tool     12      12  2023-05-04     2024-01-17

All 448 grants that the org counted before and after: read in 1 range by CreatedDate, with 3 API calls, API 67.0, TIME. Access without a grant is not in that number.
No access without a grant was found where it was looked for. Access without a grant is reported, and never revoked. Looked for in: login history of the last 7 days, live sessions, client-credentials settings of apps, pre-authorized apps.
Last used is when a token was last issued, not the last API call.
Dieppe Trading (00D000000001942EAA): 3 apps, 448 grants; complete: 448 of 448.
`,
    );
  });

  it("lists the users of one app", async () => {
    const { code, stdout } = await sanctioned(["list", "--app", "Bob's Lead Scoring Tool"], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^User +Name +Active +Apps +Grants +First granted +Last used\n/);
    expect(stdout.match(/@dieppe\.example/g)).toHaveLength(12);
  });

  it("lists the apps of one user, by username without regard to case", async () => {
    const { stdout } = await sanctioned(
      ["list", "--user", "AMIR.KOWALSKI@dieppe.example", "--format", "csv"],
      env,
    );
    expect(stdout).toMatch(
      /^app,appId,kind,users,grants,firstGranted,lastUsed\nSlack,0H4000000000002CAA,connected-app,1,2,2024-08-28,2026-07-20\nBob's Lead Scoring Tool,,unknown,1,1,2023-06-02,2023-08-23\n$/,
    );
  });

  it("by user differs from by app: 290 connected users, of 351 in the org", async () => {
    const { stdout } = await sanctioned(["list", "--by", "user", "--format", "json"], env);
    const list = JSON.parse(stdout);
    expect(list.org).toEqual({ id: "00D000000001942EAA", name: "Dieppe Trading" });
    expect(list.rows).toHaveLength(290);
    expect(list.rows.reduce((sum: number, { grants }: { grants: number }) => sum + grants, 0)).toBe(448);
    expect(list.proof).toMatchObject({ countBefore: 448, read: 448, countAfter: 448 });
  });

  it("holds no token in any format", async () => {
    for (const format of ["table", "csv", "json"]) {
      const { stdout } = await sanctioned(["list", "--by", "user", "--format", format], env);
      for (const { DeleteToken } of org.store.grants())
        expect(stdout.includes(String(DeleteToken))).toBe(false);
      expect(stdout.includes(org.accessToken)).toBe(false);
    }
  });
});

describe("a user's mistake is one line on stderr", () => {
  it.each<[rule: string, args: string[], env: () => Record<string, string>, code: number, stderr: RegExp]>([
    [
      "an unknown app",
      ["list", "--app", "Slak"],
      () => env,
      1,
      /^No app "Slak" in Dieppe Trading\. Did you mean "Slack"\? `npx sanctioned list` shows the names\. \[app-not-found\]\n$/,
    ],
    [
      "an unknown user",
      ["list", "--user", "x\u001b[31m"],
      () => env,
      1,
      /^No user "x\\u\{1b\}\[31m" in Dieppe Trading/,
    ],
    ["no credentials", ["list"], () => ({}), 1, /^No credentials for a Salesforce org/],
    ["an unknown format", ["list", "--format", "xml"], () => env, 1, /Allowed choices are table, json, csv/],
    [
      "an unknown verb",
      ["lsit"],
      () => env,
      1,
      /unknown command 'lsit' \(Did you mean list\?\)\. .* \[command-line-not-valid\]\n$/,
    ],
    [
      "a list that is not proven complete",
      ["list"],
      () => ({ ...env, SF_ACCESS_TOKEN: org.sessionFor("ada.dubois@dieppe.example") }),
      4,
      /^Inconclusive: ada\.dubois@dieppe\.example may not see every user's grants/,
    ],
  ])("%s", async (_rule, args, environment, code, stderr) => {
    const run = await sanctioned(args, environment());
    expect(run.code).toBe(code);
    expect(run.stderr).toMatch(stderr);
    expect(run.stderr).not.toMatch(/\n\s+at /);
    expect(run.stdout).toBe("");
  });
});

it.each([[["list"]], [["plan"]], [["watch", "--once"]]])(
  "a mistake in settings ends %j with exit 1 and its code, and is never called inconclusive",
  async (verb) => {
    const run = await sanctioned(verb, { ...env, SANCTIONED_CONCURRENCY: "many" });
    expect([run.code, run.stderr]).toEqual([
      1,
      "concurrency (SANCTIONED_CONCURRENCY) must be a whole number from 1 to 64. Fix it, or leave it out for the default. [setting-not-in-range]\n",
    ]);
  },
);

describe("--help", () => {
  it.each([[[]], [["list"]], [["simulator"]], [["simulator", "authorize"]]])(
    "sanctioned %j shows an example",
    async (verb) => {
      const { code, stdout } = await sanctioned([...verb, "--help"]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/Examples?:\n {2}\$ npx sanctioned /);
    },
  );
});
