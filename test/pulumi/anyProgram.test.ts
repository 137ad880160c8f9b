import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { BOBS_TOOL, dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { PulumiProject, revocationLines } from "./pulumiRun.ts";

const ADA = "ada.weber@dieppe.example";
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

/** A program of somebody's own, in a project that does not say `refresh: always`. */
async function write(options: string): Promise<void> {
  const settings = await project.read("Pulumi.yaml");
  await project.write("Pulumi.yaml", settings.replace(/^ *refresh: always$/m, "  {}"));
  await project.write(
    "src/index.ts",
    `import * as pulumi from "@pulumi/pulumi";
import { ConnectedUserPolicy } from "./pulumi/resource.ts";
const users = new ConnectedUserPolicy("connected-users", { policy: "policy/dieppe-trading.yaml" }, ${options});
export const { grants, revoked, reported, drift } = users;
`,
  );
}

/** Grants Bob's tool to Ada as it was granted to her before the first update, so that the line reads the same. */
function authorizeAgain(): void {
  const createdAt = Date.parse("2023-05-04T09:12:00Z");
  const lastUsedAt = Date.parse("2024-01-17T07:40:31Z");
  const grant = { username: ADA, app: BOBS_TOOL.name, createdAt, lastUsedAt, useCount: 1 };
  expect(org.store.addGrant(grant)).not.toBeNull();
}
const held = () => org.store.grants().filter(({ AppName }) => AppName === BOBS_TOOL.name).length;

it("a program of somebody's own, which does not refresh: what came back is shown and revoked, and Pulumi's drift check sees it", async () => {
  await write("{}");
  const first = await project.run("up", "--yes", "--skip-preview");
  expect(first.output).toMatch(/drift +: 0\n +grants +: 448\n +reported: 0\n +revoked +: 12\n/);
  authorizeAgain();
  const preview = await project.run("preview", "--diff", "--expect-no-changes");
  expect(preview.output).toContain("1 revocation planned: 1 × Bob's Lead Scoring Tool (app-not-listed)");
  expect(preview.output).toContain(`
      ~ revocations: {
          ~ toRevoke: "12 × Bob's Lead Scoring Tool (app-not-listed)" => "1 × Bob's Lead Scoring Tool (app-not-listed)"
        }
`);
  expect([first.code, preview.code, revocationLines(preview.output)]).toEqual([
    0,
    7,
    [
      expect.stringMatching(
        /^- Bob's Lead Scoring Tool: ada\.weber@.* granted 2023-05-04, last used 2024-01$/,
      ),
    ],
  ]);
  const again = await project.run("up", "--yes", "--skip-preview");
  expect([again.code, held()]).toEqual([0, 0]);

  const check = ["refresh", "--preview-only", "--expect-no-changes"];
  const clean = await project.run(...check);
  expect([clean.code, clean.output.includes("2 unchanged")]).toEqual([0, true]);
  authorizeAgain();
  // Saved or not, it is drift until it is gone.
  expect((await project.run("refresh", "--yes", "--skip-preview")).code).toBe(0);
  const drift = await project.run(...check);
  expect([drift.code, drift.output.includes("1 to update")]).toEqual([7, true]);
  expect(drift.output).toContain(
    "drift: a refresh revokes nothing; the next update would revoke 1 × Bob's Lead Scoring Tool (app-not-listed)",
  );
  expect(revocationLines(drift.output)).toHaveLength(1);

  // Whatever would keep an update from what was shown is refused, wherever it is said.
  await write(`{
  transforms: [(resource) => ({ ...resource, opts: { ...resource.opts, ignoreChanges: ["revocations"] } })],
});
for (const options of [{ ignoreChanges: ["revocations"] }, { import: "00D000000001942EAA" }])
  try {
    new ConnectedUserPolicy("refused", { policy: "policy/dieppe-trading.yaml" }, options);
  } catch (error) {
    console.log(error instanceof pulumi.RunError, error.message);
  }
Object({}`);
  const refused = await project.run("preview");
  expect([refused.code, held()]).toEqual([1, 1]);
  expect(refused.output).toContain(
    "has a problem: A ConnectedUserPolicy takes no ignoreChanges (revocations)",
  );
  expect(refused.output).toContain("true A ConnectedUserPolicy takes no ignoreChanges (revocations)");
  expect(refused.output).toContain("true A ConnectedUserPolicy is not imported (00D000000001942EAA)");
  expect(refused.output).not.toMatch(/\n\s+at /);
});
