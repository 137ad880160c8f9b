import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { probeRevokeCall } from "../../src/apply/probeRevokeCall.ts";
import { alterAnswers } from "../altered.ts";

let org: LocalOrg;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** What the probe says where the org answers so; as it does by itself without an answer. */
async function said(answer: { status: number; body: string } | null) {
  org = await startLocalOrg({ org: dieppeTrading() });
  const altered = await alterAnswers(
    org,
    () => null,
    () => answer,
  );
  closing.push(altered.close, () => org.close());
  const { status, text, remedy } = await probeRevokeCall(altered.url);
  return { status, text, remedy };
}

describe("the probe of the revoke call", () => {
  it("is well where the org says that it does not know the token; no grant goes", async () => {
    expect(await said(null)).toMatchObject({ status: "ok", remedy: null });
    expect(org.store.grants()).toHaveLength(448);
    expect(org.requests).toMatchObject([
      { method: "POST", path: "/services/oauth2/revoke", form: ["token"] },
    ]);
  });

  it("says that 200 proves nothing in an org that gives it for any token", async () => {
    const { status, text } = await said({ status: 200, body: "" });
    expect([status, text]).toEqual(["ok", expect.stringContaining("only a second look tells")]);
  });

  it("warns where the org does not say whether it takes a token in a form", async () => {
    const { status, remedy } = await said({ status: 400, body: "error=unsupported_token_type" });
    expect([status, remedy]).toEqual(["warning", expect.stringContaining("its first revocation alone")]);
  });

  it.each([
    [302, ""],
    [404, "Bad_Id"],
    [200, "<html>Log in</html>"],
  ])("fails where the call is not taken at all: HTTP %i %s", async (status, body) => {
    const line = await said({ status, body });
    expect(line).toMatchObject({
      status: "failed",
      text: expect.stringContaining(`HTTP ${status}`),
      remedy: expect.stringContaining("My Domain"),
    });
  });

  it("says that it could not be tried where the org is busy, or answers nothing", async () => {
    expect(await said({ status: 503, body: "" })).toMatchObject({ status: "warning" });
    expect(await probeRevokeCall("http://127.0.0.1:9")).toMatchObject({
      status: "warning",
      text: "The revoke call could not be tried: no answer to the revoke call (ECONNREFUSED).",
    });
  });
});
