import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GOOGLE, linkedOrg, OKTA } from "../../linkedOrg.ts";
import { sanctioned } from "../run.ts";

let org: LocalOrg;
let readOnly: LocalOrg;
let folder: string;
let policy: string;

beforeAll(async () => {
  org = await startLocalOrg({ org: linkedOrg(), accountLinks: "deletable" });
  readOnly = await startLocalOrg({ org: linkedOrg() });
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-links-"));
  policy = path.join(folder, "policy.yaml");
  writeFileSync(
    policy,
    `version: 1
unlisted: report
apps: []
limits: { revocations: 9, percent: 90 }
unlistedIdentityProviders: revoke
identityProviders: [{ name: Google, id: ${GOOGLE.id}, users: everyone }]
`,
  );
});
afterAll(async () => {
  await org.close();
  await readOnly.close();
  rmSync(folder, { recursive: true });
});

const record = () => path.join(folder, "audit.jsonl");
const run = (at: LocalOrg, ...args: string[]) =>
  sanctioned(args, {
    SF_ORG_INSTANCE_URL: at.url,
    SF_ACCESS_TOKEN: at.accessToken,
    SANCTIONED_AUDIT_FILE: record(),
  });
const links = (at: LocalOrg) => at.store.accountLinks().length;

describe("links to identity providers on the command line", () => {
  it("are listed as connections of their own kind, with how they were counted", async () => {
    const { stdout, code } = await run(org, "list");
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^Okta \(identity provider\) +2 +2 +unknown +no use recorded$/m),
    ]);
    expect(stdout).toContain(
      "Beside them all 3 links to identity providers that the org counted: read in 1 range with 3 API calls; the API may delete them.",
    );
    // A table of rows has no place for it.
    const csv = await run(org, "list", "--format", "csv");
    expect(csv.stderr).toContain("Beside them all 3 links to identity providers that the org counted");
  });

  it("are planned, with the label that tells them from an app", async () => {
    const { stdout } = await run(org, "plan", "--policy", policy);
    expect(stdout).toMatch(
      /^- Okta \(identity provider\): identity provider not listed \(.*policy\.yaml:5\), 2 users\n {2}- ann@small\.example +account linked to it$/m,
    );
  });

  it("that the API may not delete are findings with the place in Setup, and are not revoked by hand", async () => {
    const planned = await run(readOnly, "plan", "--policy", policy);
    expect(planned.stdout).toContain("Nothing to revoke");
    expect(planned.stdout).toMatch(
      /error +links-not-revocable +Okta \(identity provider\).*links: 2.*Third-Party Account Links/,
    );
    const byHand = await run(
      readOnly,
      ...["revoke", "--app", OKTA.id, "--reason", "Left", "--policy", policy, "--yes"],
    );
    expect(byHand.stdout).toContain("0 of 2 grants to revoke");
    expect(byHand.stdout).toContain("the org, whose API may not delete the link");
    expect([byHand.code, links(readOnly)]).toEqual([1, 3]);
  });

  it("are revoked by hand where it may, verified and on record", async () => {
    const { code, stdout } = await run(
      org,
      ...["revoke", "--app", "Okta", "--reason", "Breach", "--policy", policy, "--yes"],
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining("2 revoked")]);
    expect(links(org)).toBe(1);
    const lines = readFileSync(record(), "utf8");
    expect(lines).toContain('"through":"account-link"');
    expect(lines).not.toMatch(/okta\.example|00uAnn/);
  });
});
