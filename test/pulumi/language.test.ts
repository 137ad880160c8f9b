import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading, SLACK } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PulumiProject, revocationLines } from "./pulumiRun.ts";

const POLICY = "policy/dieppe-trading.yaml";
const ADA = "ada.dubois@dieppe.example";
let org: LocalOrg;
let project: PulumiProject;

beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
  project = await PulumiProject.create({ SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken });
});
afterEach(async () => {
  await project?.remove();
  await org?.close();
});

/** The lines of a diff without their indentation. */
const lines = (output: string) => output.split("\n").map((line) => line.trim());

describe("the whole language on the real engine", () => {
  it("shows a change of the policy beside the revocations that it causes", async () => {
    expect((await project.run("up", "--yes", "--skip-preview")).code).toBe(0);
    const before = await project.read(POLICY);
    const slackUsers = "users: { profiles: [Sales User, Standard User, Support Agent, Marketing User] }";
    expect(before).toContain(slackUsers);
    await project.write(
      POLICY,
      `${before.replace(slackUsers, "users: { profiles: [Sales User, Standard User, Support Agent, Marketing User] }\n    reviewBy: 2027-03-31")}
offboarded: [${ADA}]
exemptions:
  - { app: Slack, user: amir.kowalski@dieppe.example, reason: Migrating (SEC-201), owner: it@dieppe.example, expires: ${inDays(30)} }
`,
    );
    const held = org.store.grants().filter((grant) => org.store.username(grant) === ADA);
    expect(held.length).toBeGreaterThan(0);

    const preview = await project.run("preview", "--diff");
    expect(preview.code).toBe(0);
    const shown = lines(preview.output);
    expect(shown).toContain(`+ offboarded: "${ADA}"`);
    expect(shown).toContain(`+ reviewBy: "2027-03-31"`);
    expect(shown).toContain(`+ Slack, amir.kowalski@dieppe.example: {`);
    expect(revocationLines(preview.output).every((line) => line.includes(" (user offboarded"))).toBe(true);
    expect(revocationLines(preview.output).length).toBeGreaterThan(0);

    expect((await project.run("up", "--yes", "--skip-preview")).code).toBe(0);
    expect(org.store.grants().filter((grant) => org.store.username(grant) === ADA)).toEqual([]);
    expect((await project.run("preview", "--expect-no-changes")).code).toBe(0);
  });

  it("takes a policy that extends another and a baseline, by files", async () => {
    await project.write("policy/shared.yaml", await project.read(POLICY));
    await project.write(
      "policy/known.yaml",
      `version: 1\nexpires: ${inDays(30)}\nwritten: ${inDays(0)}\ngrants:\n  - { app: "Bob's Lead Scoring Tool", user: ${ADA} }\n`,
    );
    await project.write(POLICY, "version: 1\nextends: shared.yaml\nbaseline: known.yaml\napps: []\n");
    const preview = await project.run("preview", "--diff");
    expect(preview.output).toContain("11 revocations planned: 11 × Bob's Lead Scoring Tool (app-not-listed)");
    expect(preview.output).toContain("(policy/shared.yaml:6)");
    expect(preview.output).not.toContain(`Bob's Lead Scoring Tool: ${ADA}`);
  });

  it("takes an inline policy, whose problems and reasons name their path", async () => {
    const program = (policy: object) => `import { ConnectedUserPolicy } from "./pulumi/resource.ts";
new ConnectedUserPolicy("connected-users", { policy: ${JSON.stringify(policy)} });
`;
    const policy = {
      version: 1,
      mode: "enforce",
      unlisted: "report",
      apps: [
        { id: SLACK.id, users: { everyone: true, except: { usernames: [ADA] } } },
        { name: "Bob's Lead Scoring Tool", sanctioned: false },
      ],
      protected: { users: ["amir.kowalski@dieppe.example"] },
    };
    await project.write("src/index.ts", program(policy));
    const preview = await project.run("preview", "--diff");
    expect(preview.code).toBe(0);
    expect(preview.output).toContain("app denied (inline policy at apps[1].sanctioned)");
    expect(preview.output).not.toContain("Lead Scoring Tool: amir.kowalski");

    await project.write("src/index.ts", program({ ...policy, unlisted: "drop" }));
    const refused = await project.run("preview");
    expect(refused.code).toBe(1);
    expect(refused.output).toContain(
      'inline policy at unlisted: unlisted must be `revoke` or `report`, found "drop"',
    );
  });
});

/** A day so many days from now, as the policy writes it. */
function inDays(days: number): string {
  return new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
}
