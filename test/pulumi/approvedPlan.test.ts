import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { BOBS_TOOL, dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sanctioned } from "../cli/run.ts";
import { PulumiProject } from "./pulumiRun.ts";

let org: LocalOrg;
let project: PulumiProject;
let env: Record<string, string>;
let file: string;

beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
  env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
  project = await PulumiProject.create(env);
  file = path.join(project.folder, "approved.json");
  expect((await sanctioned(["plan", "--out", file], env)).code).toBe(0);
});
afterEach(async () => {
  await project?.remove();
  await org?.close();
});

const ofBobsTool = () => org.store.grants().filter(({ AppName }) => AppName === BOBS_TOOL.name).length;

it("bounds the update: what is new is left and said to be drift", async () => {
  org.store.addGrant({
    username: "amir.kowalski@dieppe.example",
    app: "Shiny AI Notetaker",
    createdAt: Date.parse("2026-11-22T09:00:00Z"),
    lastUsedAt: null,
    useCount: 0,
  });
  const before = org.store.grants().length;
  const up = await project.runWith(
    { SANCTIONED_APPROVED_PLAN: "approved.json" },
    "up",
    "--yes",
    "--skip-preview",
  );
  expect(up.code).toBe(0);
  expect(up.output).toContain(
    "drift: 1 more break the policy and are not in the approved plan; they are left alone",
  );
  expect(up.output).toMatch(
    /12 revoked; on record in \.sanctioned\/audit-00D000000001942EAA\.jsonl \([0-9a-f]{64}\)/,
  );
  expect([ofBobsTool(), org.store.grants().length]).toEqual([0, before - 12]);

  const next = await project.run("preview", "--expect-no-changes");
  expect(next.code).toBe(7); // without the approved plan the drift is planned
  const record = path.join(project.folder, ".sanctioned", "audit-00D000000001942EAA.jsonl");
  expect((await sanctioned(["audit", "verify", record])).code).toBe(0);
  expect(readFileSync(record, "utf8")).toContain('"code":"app-not-listed"');
});

it("stops the update when it was changed", async () => {
  writeFileSync(file, readFileSync(file, "utf8").replace("ada.dubois@", "eve.dubois@"));
  const up = await project.runWith(
    { SANCTIONED_APPROVED_PLAN: "approved.json" },
    "up",
    "--yes",
    "--skip-preview",
  );
  expect(up.code).not.toBe(0);
  expect(up.output).toContain("The approved plan approved.json was changed after it was written");
  expect(ofBobsTool()).toBe(12);
});
