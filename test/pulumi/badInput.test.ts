import { rm } from "node:fs/promises";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading, generateOrg } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PulumiProject, revocationLines } from "./pulumiRun.ts";

const POLICY = "policy/dieppe-trading.yaml";
let org: LocalOrg;
let other: LocalOrg;
let project: PulumiProject;
let policy: string;

beforeAll(async () => {
  org = await startLocalOrg({ org: dieppeTrading(), readOnly: true });
  other = await startLocalOrg({
    org: generateOrg({ seed: 3, users: 5, grants: 9, apps: 2 }),
    readOnly: true,
  });
  project = await PulumiProject.create({ SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken });
  policy = await project.read(POLICY);
});
afterAll(async () => {
  await project?.remove();
  await org?.close();
  await other?.close();
});

/** Previews, expects a check failure without a stack trace, and gives the output. */
async function refused(env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, output } = await project.runWith(env, "preview");
  expect(code).toBe(1);
  expect(output).not.toMatch(/\n\s+at .*[:(]\d+/);
  expect(output).not.toContain("UnhandledPromise");
  expect(output).toMatch(/resource 'connected-users'.* has a problem: /);
  expect(org.writes).toEqual([]);
  expect(other.writes).toEqual([]);
  return output;
}

async function refusedPolicy(text: string): Promise<string> {
  await project.write(POLICY, text);
  try {
    return await refused();
  } finally {
    await project.write(POLICY, policy);
  }
}

it("a preview of a plan that is right writes nothing", async () => {
  const { code, output } = await project.run("preview", "--diff");
  expect(code).toBe(0);
  expect(output).toContain("12 revocations planned");
  expect(org.writes).toEqual([]);
});

describe("a user's mistake is a check failure with one clear message", () => {
  it("org unreachable", async () => {
    const closed = await startLocalOrg({ org: dieppeTrading() });
    await closed.close();
    expect(await refused({ SF_ORG_INSTANCE_URL: closed.url })).toContain(
      `No answer from 127.0.0.1:${closed.port} (ECONNREFUSED). Check the address, the network and any proxy.`,
    );
  });

  it("a plan over the limits, which is shown in full", async () => {
    const strict = `${policy}limits: { revocations: 5, percent: 2 }\n`;
    const output = await refusedPolicy(strict);
    expect(output).toContain(
      "12 revocations are over the limit of 5 (limits.revocations), and 2.7% (12/448), over 2% (limits.percent): nothing is revoked.",
    );
    expect(output).toContain("over the limits, so nothing is revoked; 12 revocations planned: ");
    expect(revocationLines(output)).toHaveLength(12);
    const [, ...numbers] =
      /quotes, this raises them for one update: `SANCTIONED_RAISE_REVOCATIONS=(\d+) SANCTIONED_RAISE_PERCENT=([\d.]+) SANCTIONED_RAISE_REASON='' npx pulumi up`\. \[limits-exceeded\]/.exec(
        output,
      )!;
    await project.write(POLICY, strict);
    const raised = await project.runWith(
      {
        SANCTIONED_RAISE_REVOCATIONS: numbers[0],
        SANCTIONED_RAISE_PERCENT: numbers[1],
        SANCTIONED_RAISE_REASON: "All of it is meant",
      },
      "preview",
    );
    await project.write(POLICY, policy);
    expect([raised.code, raised.output]).toEqual([0, expect.stringContaining("12 revocations planned: ")]);
  });

  it("an update of it, too, which prints itself with what raises the limits", async () => {
    await project.write(POLICY, `${policy}limits: { revocations: 5 }\n`);
    const { code, output } = await project.runWith({}, "up", "--yes", "--stack", "simulator");
    await project.write(POLICY, policy);
    expect([code, org.writes]).toEqual([1, []]);
    expect(output).toContain(
      "`SANCTIONED_RAISE_REVOCATIONS=12 SANCTIONED_RAISE_REASON='' npx pulumi up --yes --stack simulator --non-interactive`",
    );
  });

  it("wrong credentials", async () => {
    expect(await refused({ SF_ACCESS_TOKEN: "00D000000001942EAA!wrong" })).toContain(
      "(INVALID_SESSION_ID, HTTP 401): Session expired or invalid. The access token has expired or is not of this org: get a new one.",
    );
  });

  it("no credentials at all", async () => {
    expect(await refused({ SF_ACCESS_TOKEN: "", SF_ORG_INSTANCE_URL: "" })).toContain(
      "No credentials for a Salesforce org. Give an access token",
    );
  });

  it("wrong org", async () => {
    expect(await refused({ SF_ACCESS_TOKEN: other.accessToken, SF_ORG_INSTANCE_URL: other.url })).toContain(
      "policy/dieppe-trading.yaml:3:34: the policy is for the org 00D000000001942EAA, but the credentials lead to Generated 3",
    );
  });

  it("a caller who may not see every grant is inconclusive", async () => {
    const token = org.sessionFor("ada.dubois@dieppe.example");
    expect(await refused({ SF_ACCESS_TOKEN: token })).toContain(
      "Inconclusive: ada.dubois@dieppe.example may not see every user's grants. Grant them Customize Application and Manage Users",
    );
  });

  it("policy missing", async () => {
    await rm(path.join(project.folder, POLICY));
    try {
      expect(await refused()).toContain("policy/dieppe-trading.yaml: the policy file does not exist");
    } finally {
      await project.write(POLICY, policy);
    }
  });

  it("YAML broken", async () => {
    expect(await refusedPolicy(`${policy}\n  - name: [Broken\n`)).toMatch(
      /dieppe-trading\.yaml:\d+:\d+: .*; fix it here/,
    );
  });

  it("schema violated, with line, column and the offending text", async () => {
    const output = await refusedPolicy(policy.replace("unlisted: revoke", "unlistd: revoke"));
    expect(output).toContain(
      'policy/dieppe-trading.yaml:6:1: unknown key "unlistd" in the policy; did you mean "unlisted"?',
    );
    expect(output).toContain("6 | unlistd: revoke");
    expect(output).toContain('has no "unlisted"');
  });

  it("an app id that does not exist", async () => {
    expect(await refusedPolicy(policy.replace("0H4000000000002CAA", "0H4000000000099CAA"))).toContain(
      "policy/dieppe-trading.yaml:16:9: no app with the id 0H4000000000099CAA in Dieppe Trading; correct it or remove it",
    );
  });

  it("a stack whose credentials lead to another org than before", async () => {
    const writable = await startLocalOrg({ org: dieppeTrading() });
    const second = await PulumiProject.create({
      SF_ORG_INSTANCE_URL: writable.url,
      SF_ACCESS_TOKEN: writable.accessToken,
    });
    try {
      expect((await second.run("up", "--yes", "--skip-preview")).code).toBe(0);
      await second.write(POLICY, "version: 1\nunlisted: revoke\nplatformApps: revoke\napps: []\n");
      const run = await second.runWith(
        { SF_ORG_INSTANCE_URL: other.url, SF_ACCESS_TOKEN: other.accessToken },
        "up",
        "--yes",
        "--skip-preview",
      );
      expect(run.code).not.toBe(0);
      expect(run.output).toContain(
        "This stack manages the org 00D000000001942EAA, but the credentials lead to Generated 3",
      );
      expect(other.writes).toEqual([]);
    } finally {
      await second.remove();
      await writable.close();
    }
  });

  it("state folder not there, said by the engine", async () => {
    const { code, output } = await project.runWith(
      { PULUMI_BACKEND_URL: "file://./no-such-folder" },
      "preview",
    );
    expect(code).not.toBe(0);
    expect(output).toMatch(/no-such-folder/);
  });
});
