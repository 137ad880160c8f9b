import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readProfileFile, startLocalOrg } from "salesforce-local-org";
import { describe, expect, it } from "vitest";
import { variantOrg } from "../../scripts/variants/org.ts";
import { probe } from "../../src/probe/probe.ts";
import type { OrgProfile } from "../../src/probe/profileSchema.ts";
import { openObserver } from "../../src/run/open.ts";
import { askRevokeCall } from "../../src/run/probeRevokeCall.ts";

type Options = Omit<Parameters<typeof startLocalOrg>[0], "org">;
const CLOCK = { sleep: async () => {}, random: () => 0 };

async function profileOf(options: Options, without: readonly string[] = []): Promise<OrgProfile> {
  const org = await startLocalOrg({ org: variantOrg(Date.now(), { without }), ...options });
  try {
    const env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
    const profile = await probe(
      await openObserver({ folder: ".", env, clock: CLOCK }).connect(),
      askRevokeCall,
      Date.now(),
    );
    return { ...profile, grants: { ...profile.grants, pageMs: 0 } };
  } finally {
    await org.close();
  }
}

const ORGS: Readonly<Record<string, readonly [Options, (readonly string[])?]>> = {
  "the likeliest": [{}],
  "one that filters little and has tokens without rows": [
    {
      ...{ oauthTokenFilters: "documented", oauthTokenFilterRefusal: "UNKNOWN_EXCEPTION" },
      ...{ usageBesideRows: "usage-only-tokens", usageLists: "used", deadToken: "200" },
      ...{ accountLinks: "deletable", nullTokenIds: true, consumerSecretsInMetadata: "empty" },
    },
  ],
  "one that filters by date and shows no usage": [
    {
      ...{ oauthTokenFilters: "documented-and-created", oauthTokenFilterRefusal: "MALFORMED_QUERY" },
      ...{ usageNeeds: "setting", usageRefusal: "FUNCTIONALITY_NOT_ENABLED", accountLinks: "absent" },
      ...{ revokeBody: "query-only", permissions: ["UseAnyApiClient"], consumerSecretsInMetadata: "allowed" },
    },
  ],
  "one whose caller may little": [
    { usageUsersWhenNone: "404", refusedFields: ["OauthToken.CreatedDate"] },
    ["ExternalClientAppViewer", "ViewSetup"],
  ],
  "one that asks nothing of the caller": [
    { usageNeeds: "nothing", externalClientAppsNeed: "nothing", usageBesideRows: "usage-alone" },
    ["ExternalClientAppViewer"],
  ],
};

describe("a local org with the profile of another", () => {
  it.each(Object.entries(ORGS))("answers as %s does", async (_, [options, without]) => {
    const profile = await profileOf(options, without);
    expect(await profileOf({ profile })).toEqual(profile);
  });

  it("says which settings the profile does not tell, and takes those of the options before it", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-profile-"));
    try {
      const file = path.join(folder, "profile.json");
      const profile = await profileOf({ deadToken: "200" });
      writeFileSync(file, JSON.stringify(profile));
      const { told } = readProfileFile(file);
      expect(told.platform).toMatchObject({ deadToken: "200", usageLists: "all" });
      expect(told.notTold).toContain("rotation: no question refreshes a token");
      expect(told.notTold.map((line) => line.split(":")[0])).not.toContain("deadToken");
      expect((await profileOf({ profile, deadToken: "invalid_token" })).revokeCall.kind).toBe(
        "unknown-token",
      );
      writeFileSync(file, JSON.stringify({ kind: "sanctioned-org-profile", version: 2 }));
      expect(() => readProfileFile(file)).toThrow("is no org profile of version 1");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
