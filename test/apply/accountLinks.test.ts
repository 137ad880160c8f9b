import type { LocalOrgOptions } from "salesforce-local-org";
import { afterEach, describe, expect, it } from "vitest";
import { evaluate } from "../../src/plan/evaluate.ts";
import { parsePolicy } from "../../src/policy/load.ts";
import { GOOGLE, linkedOrg, OKTA } from "../linkedOrg.ts";
import { type Stage, stage, statuses } from "./stage.ts";

let on: Stage;
afterEach(() => on.close());

const POLICY = `version: 1
unlisted: report
apps: []
unlistedIdentityProviders: revoke
identityProviders:
  - { name: Google, id: ${GOOGLE.id}, users: everyone }
`;

async function start(options: Partial<LocalOrgOptions> = {}): Promise<void> {
  on = await stage(linkedOrg(), { accountLinks: "deletable", ...options });
}
function planned() {
  const parsed = parsePolicy(POLICY, "p.yaml");
  if ("problems" in parsed) throw new Error("the policy does not fit");
  return evaluate(parsed.policy, on.inventory, Date.now()).plan.revocations;
}
const left = () => on.org.store.accountLinks().map(({ SsoProviderId }) => SsoProviderId);
const deletes = () => on.org.requests.filter(({ method }) => method === "DELETE");

describe("revoking links to an identity provider", () => {
  it("deletes exactly those that were planned, on record, and reads the org again", async () => {
    await start();
    const outcomes = await on.run(planned());
    expect(statuses(outcomes)).toEqual({ revoked: 2 });
    expect(left()).toEqual([GOOGLE.id]);
    expect(deletes()).toHaveLength(2);
    expect(on.posts()).toEqual([]);
    expect(on.events.filter(({ event }) => event === "revoking")).toMatchObject([
      { through: "account-link", app: { id: OKTA.id, name: "Okta (identity provider)" }, granted: [null] },
      { through: "account-link" },
    ]);
  });

  it("puts nothing of the account at the provider into plan or record", async () => {
    await start();
    const revocations = planned();
    await on.run(revocations);
    const said = JSON.stringify([revocations, on.events, on.inventory.grants, on.inventory.apps]);
    for (const { handle, remoteIdentifier } of linkedOrg().thirdPartyAccountLinks!)
      for (const text of [handle!, remoteIdentifier!]) expect(said).not.toContain(text);
  });

  it("finds a link that went meanwhile gone, and calls nothing for it", async () => {
    await start();
    const revocations = planned();
    const [{ Id }] = on.org.store.accountLinks() as [{ Id: string }];
    on.org.store.deleteAccountLink(Id, on.org.store.openSession(on.inventory.caller.userId));
    expect(statuses(await on.run(revocations))).toEqual({ "already gone": 1, revoked: 1 });
    expect(deletes()).toHaveLength(1);
  });

  it("takes every link that the user has to the provider by then", async () => {
    await start();
    const revocations = planned();
    on.org.store.linkAccount({ username: "ann@small.example", provider: "Okta" });
    expect(statuses(await on.run(revocations))).toEqual({ revoked: 2 });
    expect(left()).toEqual([GOOGLE.id]);
  });

  it("plans none where the API may not delete them", async () => {
    await start({ accountLinks: "read-only" });
    expect(planned()).toEqual([]);
  });

  it("is a failure that is named where the org refuses after all", async () => {
    await start();
    on.answerInstead((request) =>
      request.startsWith("DELETE")
        ? { status: 400, body: '[{"errorCode":"INVALID_TYPE_FOR_OPERATION","message":"no"}]' }
        : null,
    );
    const outcomes = await on.run(planned());
    expect(statuses(outcomes)).toEqual({ failed: 2 });
    expect(outcomes[0]!.reason).toBe("the deletion of the link answered HTTP 400");
    expect(left()).toHaveLength(3);
  });

  it("is not believed where the org still lists the link", async () => {
    await start();
    on.answerInstead((request) => (request.startsWith("DELETE") ? { status: 204, body: "" } : null));
    const outcomes = await on.run(planned());
    expect(statuses(outcomes)).toEqual({ failed: 1, "not tried": 1 });
    expect(left()).toHaveLength(3);
  });

  it("ends no session of an app that is called as the provider", async () => {
    const sessions = [{ username: "ann@small.example", app: "Okta", createdAt: "2026-11-01T08:00:00Z" }];
    on = await stage(linkedOrg({ sessions }), { accountLinks: "deletable" });
    const applied = await on.apply(planned(), { sessions: "end" });
    expect(applied.sessions).toMatchObject({ found: 0, ended: 0, untold: 0, problems: [] });
    expect(on.org.store.sessions()).toHaveLength(1);
  });

  it("does not take the user's grants of an app, nor those take the link", async () => {
    await start();
    const grants = on.org.store.grants().length;
    await on.run(planned());
    expect(on.org.store.grants()).toHaveLength(grants);
    await on.run(on.revocations.filter(({ app }) => app.kind !== "identity-provider"));
    expect(left()).toEqual([GOOGLE.id]);
  });
});
