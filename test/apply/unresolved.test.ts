import type { OrgFixture } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { sfId } from "../inventories.ts";
import { type Stage, stage } from "./stage.ts";

const [ANN, BEN] = ["ann@small.example", "ben@small.example"];
const SLACK = sfId("0H4", 11);
const STRANGER = "Slack";
const SAME = "2026-01-01T00:00:00Z";

let on: Stage;
afterEach(() => on.close());

/** An org where Ben has left, and a stranger that is not installed bears the name of the app Slack. */
async function begin(
  grants: readonly (readonly [username: string, app: string, createdAt: string])[],
): Promise<void> {
  const small = smallOrg();
  const fixture: OrgFixture = {
    ...small,
    users: small.users.map((user) => ({ ...user, isActive: user.username !== BEN, isFrozen: false })),
    apps: [
      { id: null, name: STRANGER, inAppMenu: false },
      { id: SLACK, name: "Slack", inAppMenu: true },
    ],
    grants: grants.map(([username, app, createdAt]) => ({
      username,
      app,
      createdAt,
      lastUsedAt: null,
      useCount: 1,
    })),
  };
  on = await stage(fixture);
}

/** What is left in the org, as `user app`. */
const left = () =>
  on.org.store
    .grants()
    .map((grant) => `${on.org.store.username(grant)} ${on.org.store.applicationId(grant) ?? grant.AppName}`)
    .sort();
const planned = () =>
  on.revocations.map(({ appLabel, userLabel, code }) => `${appLabel}, ${userLabel}: ${code}`);

describe("a leaver's grant of which it cannot be told which app it is", () => {
  it("is revoked and verified, and only theirs: one of somebody who stays is left", async () => {
    await begin([
      [ANN, SLACK, SAME],
      [ANN, STRANGER, SAME],
      [BEN, SLACK, SAME],
      [BEN, STRANGER, SAME],
    ]);
    expect(planned()).toEqual([
      `Slack (${SLACK}), ${ANN}: app-not-listed`,
      `Slack (${SLACK}), ${BEN}: user-inactive`,
      `Slack (no id), ${BEN}: user-inactive`,
    ]);
    const outcomes = await on.run();
    expect(outcomes.map(({ status }) => status)).toEqual(["revoked", "revoked", "revoked"]);
    expect(left()).toEqual([`${ANN} ${STRANGER}`]);
  });

  it("is revoked alone, though a grant of the app of that name was given at the same instant", async () => {
    await begin([
      [ANN, SLACK, SAME],
      [BEN, SLACK, SAME],
      [BEN, STRANGER, SAME],
    ]);
    const stranger = on.revocations.filter(({ app }) => app.id === null);
    expect((await on.run(stranger)).map(({ status }) => status)).toEqual(["revoked"]);
    expect(left()).toEqual([`${ANN} ${SLACK}`, `${BEN} ${SLACK}`]);
  });

  it("is not called revoked as long as the org lists it, whatever it answered", async () => {
    await begin([
      [BEN, SLACK, SAME],
      [BEN, STRANGER, SAME],
    ]);
    on.answerInstead((request) => (request.includes("/oauth2/revoke") ? {} : null));
    expect((await on.run()).map(({ status, reason }) => [status, reason])).toEqual([
      ["failed", "the org still lists the grant after the call"],
      ["not tried", expect.stringMatching(/^The first revocation was accepted and the org still lists/)],
    ]);
  });

  it("is left alone where its app was installed since and the row now says so: that was not approved", async () => {
    await begin([
      [BEN, SLACK, SAME],
      [BEN, STRANGER, "2026-01-02T00:00:00Z"],
    ]);
    const stranger = on.revocations.filter(({ app }) => app.id === null);
    const [row] = on.org.store.grants().filter((grant) => on.org.store.applicationId(grant) === null);
    const [slack] = on.org.store.grants().filter((grant) => on.org.store.applicationId(grant) === SLACK);
    Object.assign(row!, { AppMenuItemId: slack!.AppMenuItemId });
    await on.run(stranger);
    expect(on.posts()).toEqual([]);
  });

  it("is revoked where it bears no name either", async () => {
    await begin([
      [ANN, "", SAME],
      [BEN, "", SAME],
    ]);
    expect(planned()).toEqual([`app without a name, ${BEN}: user-inactive`]);
    expect((await on.run()).map(({ status }) => status)).toEqual(["revoked"]);
    expect(left()).toEqual([`${ANN} `]);
  });
});

describe("live sessions of an app that shares its name", () => {
  it("are left alone, and said, where the user keeps the other; with all of them gone they end", async () => {
    await begin([
      [ANN, SLACK, SAME],
      [ANN, STRANGER, SAME],
      [BEN, SLACK, SAME],
      [BEN, STRANGER, SAME],
    ]);
    for (const username of [ANN, BEN]) on.org.store.addSession({ username, app: "Slack", createdAt: 0 });
    const { sessions } = await on.apply(undefined, { sessions: "end" });
    expect(sessions).toMatchObject({
      found: 1,
      ended: 1,
      shared: 1,
      problems: [],
    });
    expect(on.org.store.sessions()).toHaveLength(1);
  });
});
