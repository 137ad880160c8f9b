import { describe, expect, it } from "vitest";
import { findings } from "../../src/decide/findings.ts";
import { standingAccessIn } from "../../src/decide/standing.ts";
import type { App, StandingAccess, StandingAccessList } from "../../src/inventory/inventory.ts";
import { policyFromObject } from "../../src/policy/load.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { formatProblems } from "../../src/policy/problem.ts";
import { resolvePolicy } from "../../src/resolve/resolvePolicy.ts";
import { appIdOf } from "../../src/salesforce/id.ts";
import { STANDING_KINDS, STANDING_SOURCES } from "../../src/standing.ts";
import { AS_OF, app, inventoryOf, NO_STANDING_ACCESS, sfId, user } from "../inventories.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const ETL = app("Nightly ETL", sfId("0H4", 2));
const TWIN = app("Nightly ETL", sfId("0H4", 3));
const OKTA = appIdOf(sfId("0SO", 1));
const ANN = user(1, { username: "ann@dieppe.example" });
const BEN = user(2, { username: "ben@dieppe.example" });
const BOT = user(999);

function entry(more: Partial<StandingAccess>): StandingAccess {
  return {
    kind: "client-credentials",
    app: ETL,
    name: "Nightly ETL",
    couldBe: [],
    userId: ANN.id,
    through: [],
    lastSeen: AS_OF,
    knownBy: ["logins"],
    ...more,
  };
}

/** The findings about standing access, as `severity code app user line`. */
function found(
  policy: Partial<PolicyFile>,
  entries: readonly StandingAccess[],
  readings: Partial<StandingAccessList> = {},
  providers: readonly App[] = [],
): string[] {
  const inventory = inventoryOf({
    caller: { userId: BOT.id, username: BOT.username, sessionApp: null, namedApp: null },
    ownApps: [SLACK.id!],
    users: [ANN, BEN, BOT],
    apps: [SLACK, ETL, TWIN, ...providers],
    standingAccess: { ...NO_STANDING_ACCESS, entries, ...readings },
  });
  const parsed = policyFromObject(
    { version: 1, unlisted: "revoke", platformApps: "revoke", apps: [], ...policy },
    "p",
    () => ({
      text: "",
    }),
  );
  if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
  const resolution = resolvePolicy(parsed.policy, inventory, AS_OF);
  if ("problems" in resolution) throw new Error(formatProblems(resolution.problems));
  return findings({ resolved: resolution.resolved, inventory, asOf: AS_OF }).flatMap(
    ({ code, severity, app: of, user: who, at, params }) =>
      code.startsWith("standing-access")
        ? [
            severity,
            code.replace("standing-access-", ""),
            of?.id ?? params.app ?? "-",
            who ?? "-",
            at.file,
          ].join(" ")
        : [],
  );
}

const ALL = { users: "everyone" } as const;
const ETL_LISTED = { id: ETL.id!, name: "Nightly ETL", owner: "o", reason: "r", ...ALL };
const someone = { owner: "o", reason: "r" };

describe("access without a grant", () => {
  it("of an app that is not listed is an error where such apps lose their grants, and a warning where not", () => {
    expect(found({}, [entry({})])).toEqual([`error unlisted ${ETL.id} ${ANN.username} p at unlisted`]);
    expect(found({ unlisted: "report" }, [entry({})])[0]).toMatch(/^warning unlisted/);
    expect(found({ mode: "report" }, [entry({})])[0]).toMatch(/^warning unlisted/);
  });

  it("of which it is not sure that it stands is a warning", () => {
    const severity = Object.fromEntries(
      STANDING_KINDS.map((kind) => [kind, found({}, [entry({ kind })])[0]?.split(" ")[0]]),
    );
    expect(severity).toEqual({
      "client-credentials": "error",
      "jwt-bearer": "error",
      "token-exchange": "error",
      "unnamed-flow": "warning",
      password: "error",
      session: "warning",
      "single-sign-on": undefined,
      "pre-authorized": "warning",
    });
  });

  it("of a listed app is fine as a user in its scope, and as nobody's in particular", () => {
    expect(found({ apps: [ETL_LISTED] }, [entry({}), entry({ userId: null })])).toEqual([]);
  });

  it("of a listed app as a user out of its scope, or of somebody offboarded, is a finding at the line that says so", () => {
    const apps = [{ ...ETL_LISTED, users: { usernames: [BEN.username] } }];
    expect(found({ apps }, [entry({})])).toEqual([
      `error not-allowed ${ETL.id} ${ANN.username} p at apps[0].users`,
    ]);
    expect(found({ apps: [ETL_LISTED], offboarded: [ANN.username] }, [entry({})])).toEqual([
      `error not-allowed ${ETL.id} ${ANN.username} p at offboarded[0]`,
    ]);
  });

  it("of a denied app is a finding, by its entry or by a pattern", () => {
    const denied = { ...someone, sanctioned: false } as const;
    const byEntry = { id: ETL.id!, name: "Nightly ETL", ...denied };
    expect(found({ unlisted: "report", apps: [byEntry] }, [entry({})])[0]).toMatch(
      /^error denied .* p at apps\[0\]/,
    );
    const like = { name: "Ghost*", ...denied };
    expect(
      found({ unlisted: "report", appsLike: [like] }, [entry({ app: null, name: "ghost 2" })])[0],
    ).toMatch(/^error denied ghost 2/);
  });

  it("of a protected app or user, and of an exemption that holds, is let alone", () => {
    expect(found({ protected: { apps: [ETL.id!] } }, [entry({})])).toEqual([]);
    expect(found({ protected: { users: [ANN.username] } }, [entry({})])).toEqual([]);
    const exemption = { app: ETL.id!, user: ANN.username, ...someone };
    expect(found({ exemptions: [{ ...exemption, expires: "2026-12-31" }] }, [entry({})])).toEqual([]);
    expect(found({ exemptions: [{ ...exemption, expires: "2026-11-01" }] }, [entry({})])).toHaveLength(1);
  });

  it("by single sign-on is judged by the providers that a policy lists, and not at all where it lists none", () => {
    const okta: App = { ...app("Okta"), key: OKTA, id: OKTA, kind: "identity-provider" };
    const signOn = entry({ kind: "single-sign-on", app: okta, name: "Okta" });
    const listed = { id: OKTA, name: "Okta", ...someone, users: { usernames: [BEN.username] } };
    expect(found({}, [signOn])).toEqual([]);
    expect(found({ identityProviders: [listed] }, [signOn], {}, [okta])).toEqual([
      `error not-allowed ${OKTA} ${ANN.username} p at identityProviders[0].users`,
    ]);
    expect(found({ unlistedIdentityProviders: "report" }, [signOn], {}, [okta])).toEqual([
      `warning unlisted ${OKTA} ${ANN.username} p at unlistedIdentityProviders`,
    ]);
    expect(found({ unlistedIdentityProviders: "revoke" }, [{ ...signOn, app: null }])).toEqual([]);
  });

  it("of the tool's own user is let alone through its own app, or one that cannot be told, and through no other", () => {
    const own = { userId: BOT.id };
    expect(found({}, [entry({ ...own, app: SLACK }), entry({ ...own, app: null, name: null })])).toEqual([]);
    expect(found({}, [entry(own)])).toHaveLength(1);
  });

  it("of an app that may be one of several is what all of them are, else it cannot be told", () => {
    const either = entry({ app: null, couldBe: [ETL.id!, TWIN.id!] });
    expect(found({}, [either])).toEqual([`error unlisted Nightly ETL ${ANN.username} p at unlisted`]);
    expect(found({ apps: [ETL_LISTED] }, [either])).toEqual([
      `warning untold Nightly ETL ${ANN.username} p at unlisted`,
    ]);
    const twin = { ...ETL_LISTED, id: TWIN.id! };
    expect(found({ apps: [ETL_LISTED, twin] }, [either])).toEqual([]);
  });

  it("of a name alone is that of the entry with that name, and of no name cannot be told", () => {
    const ghost = entry({ app: null, name: "GHOST" });
    expect(found({ apps: [{ name: "Ghost", ...someone, ...ALL }] }, [ghost])).toEqual([]);
    expect(found({}, [ghost])[0]).toMatch(/^error unlisted GHOST/);
    expect(found({}, [entry({ app: null, name: null })])[0]).toMatch(/^warning untold - ann@/);
  });
});

describe("what was not read of access without a grant", () => {
  it("is a finding for each source, with what lets it be read", () => {
    const readings = STANDING_SOURCES.map(
      (source) => ({ source, state: "not-read", salesforceCode: "INVALID_TYPE", since: null }) as const,
    );
    expect(found({}, [], { readings })).toEqual(
      STANDING_SOURCES.map(() => "warning not-read - - p at unlisted"),
    );
  });

  it("is everything in an inventory that does not say, and never none", () => {
    const { readings } = standingAccessIn({});
    expect(readings.map(({ source, state }) => [source, state])).toEqual(
      STANDING_SOURCES.map((source) => [source, "not-read"]),
    );
  });
});
