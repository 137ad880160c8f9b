import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sanctioned } from "../run.ts";

let org: LocalOrg;
let env: Record<string, string>;

beforeAll(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
  env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
});
afterAll(() => org.close());

/** What was asked by anything but GET, and is no reading of metadata: with what form, about which grant, and how it was answered. */
const posted = (before: number) =>
  org.requests
    .slice(before)
    .filter(({ method, path }) => method !== "GET" && !/\/(Soap\/m|composite)\b/.test(path))
    .map(({ method, path, form, grant, status }) => [method, path, form, grant, status]);

describe("sanctioned doctor", () => {
  it("exits 0 and says so line by line where all is well", async () => {
    const { code, stdout, stderr } = await sanctioned(
      ["doctor", "--policy", "policy/dieppe-trading.yaml"],
      env,
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("ok       Org Dieppe Trading (00D000000001942EAA).\n");
    expect(stdout).toContain("ok       API version 67.0.\n");
    expect(stdout).not.toContain("failed");
    expect(stdout.includes(org.accessToken)).toBe(false);
  });

  it("asks how the revoke call is answered with a token that cannot exist, and posts nothing else", async () => {
    const before = org.requests.length;
    const { stdout } = await sanctioned(["doctor"], env);
    expect(stdout).toContain("ok       The revoke call is taken: a token that cannot exist is answered");
    expect(posted(before)).toEqual([["POST", "/services/oauth2/revoke", ["token"], null, 400]]);
    expect(org.store.grants()).toHaveLength(448);
  });

  it("exits 1 where the org does not take the revoke call", async () => {
    org.setFaults([{ kind: "redirect", match: "/oauth2/revoke" }]);
    const { code, stdout } = await sanctioned(["doctor"], env);
    org.setFaults([]);
    expect(code).toBe(1);
    expect(stdout).toContain("failed   The revoke call is not taken: the revoke endpoint answered HTTP 302.");
  });

  it("exits 4 and names what to grant where a complete list cannot be proven", async () => {
    const { code, stdout } = await sanctioned(["doctor"], {
      ...env,
      SF_ACCESS_TOKEN: org.sessionFor("ada.dubois@dieppe.example"),
    });
    expect(code).toBe(4);
    expect(stdout).toMatch(/failed .*Customize Application/);
    expect(stdout).toMatch(/→ /);
  });

  it("exits 1 where the org does not answer, and gives JSON on request", async () => {
    const { code, stdout } = await sanctioned(["doctor", "--format", "json"], {
      ...env,
      SF_ORG_INSTANCE_URL: "http://127.0.0.1:9",
    });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      exitCode: 1,
      lines: [{ code: "connection", status: "failed" }],
    });
  });
});
