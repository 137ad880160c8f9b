import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { BOBS_TOOL, dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { PulumiProject } from "./pulumiRun.ts";

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

const revokeCalls = () => org.requests.filter(({ path }) => path === "/services/oauth2/revoke").length;

it("of two updates of one stack at once the second is told so and changes nothing", async () => {
  // The first is held at its first revocation until the second has ended.
  org.setFaults([{ kind: "latency", match: "/services/oauth2/revoke", ms: 20_000, count: 1 }]);
  const first = project.run("up", "--yes", "--skip-preview");
  while (revokeCalls() === 0) await new Promise((resolve) => setTimeout(resolve, 50));

  const second = await project.run("up", "--yes", "--skip-preview");
  expect(second.code).not.toBe(0);
  expect(second.output).toMatch(/the stack is currently locked by 1 lock/);
  const calls = revokeCalls();
  expect(calls).toBeLessThanOrEqual(12);

  const { code, output } = await first;
  expect([code, revokeCalls()]).toEqual([0, 12]);
  expect(output).toContain("12 revoked");
  expect(org.store.grants().some(({ AppName }) => AppName === BOBS_TOOL.name)).toBe(false);
});
