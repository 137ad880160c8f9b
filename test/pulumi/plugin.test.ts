import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { BOBS_TOOL, dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PulumiProject, revocationLines } from "./pulumiRun.ts";

let org: LocalOrg;
let project: PulumiProject;
beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
  const env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
  project = await PulumiProject.create(env, "plugin");
});
afterEach(async () => {
  await project?.remove();
  await org?.close();
});

const holders = (app: string) => org.store.grants().filter(({ AppName }) => AppName === app).length;

function authorize(app: string): void {
  const now = Date.parse("2026-11-22T09:00:00Z");
  const grant = { username: "ada.dubois@dieppe.example", app, createdAt: now, lastUsedAt: now, useCount: 1 };
  expect(org.store.addGrant(grant)).not.toBeNull();
}

describe("the plugin, without refresh: always", () => {
  it("shows one line for each revocation, revokes what its own preview showed, and shows the same grant again on the same day", async () => {
    const preview = await project.run("preview", "--diff");
    expect(preview.code).toBe(0);
    expect(
      revocationLines(preview.output, "+").length + preview.output.match(/"app not listed/g)!.length,
    ).toBe(12);
    expect(preview.output).toContain("auditHead: [unknown]");

    const up = await project.upAnswered(() => authorize("Shiny AI Notetaker"));
    expect([up.code, holders(BOBS_TOOL.name), holders("Shiny AI Notetaker")]).toEqual([0, 0, 1]);
    expect(up.output).toContain("not shown: 1 more that break the policy");

    const left = await project.run("preview", "--diff", "--expect-no-changes");
    expect(left.code).toBe(7);
    expect(revocationLines(left.output, "+")).toHaveLength(1);
    expect(revocationLines(left.output, "-")).toEqual([]);
    expect((await project.run("up", "--yes", "--skip-preview")).code).toBe(0);
    authorize("Shiny AI Notetaker");
    expect((await project.run("preview", "--expect-no-changes")).code).toBe(7);
    const unseen = await project.run("up", "--yes", "--skip-preview");
    expect(unseen.output).toContain("not previewed in this run");
    expect([unseen.code, holders("Shiny AI Notetaker")]).toEqual([0, 0]);
    expect((await project.run("preview", "--expect-no-changes")).code).toBe(0);
    expect(await project.state()).not.toContain("__provider");
  });
});
