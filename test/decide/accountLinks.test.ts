import { describe, expect, it } from "vitest";
import { decideByHand } from "../../src/decide/byHand.ts";
import { explain } from "../../src/decide/explain.ts";
import type { App, Grant, Inventory } from "../../src/inventory/inventory.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import { policyFromObject } from "../../src/policy/load.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { formatProblems, PolicyError } from "../../src/policy/problem.ts";
import { AS_OF, app, grant, inventoryOf, link, linksOf, provider, sfId, user } from "../inventories.ts";

const ANN = user(1);
const BEN = user(2, { profileName: "System Administrator", profileId: sfId("00e", 2) });
const OKTA = provider("Okta", sfId("0SO", 1));
const OLD = provider("Old Google");

interface Org {
  readonly links: readonly Grant[];
  readonly grants?: readonly Grant[];
  readonly apps?: readonly App[];
  readonly users?: readonly (typeof ANN)[];
  readonly more?: Partial<Omit<Inventory, "users">>;
}

function judge(
  policy: Partial<PolicyFile>,
  { links, grants = [], apps, users = [ANN, BEN], more = {} }: Org,
) {
  const parsed = policyFromObject(
    { version: 1, unlisted: "revoke", platformApps: "revoke", apps: [], ...policy },
    "p.yaml",
  );
  if ("problems" in parsed) throw new PolicyError(parsed.problems);
  const all = [...grants, ...links];
  const inventory = inventoryOf({
    users,
    grants: all,
    accountLinks: linksOf(links.length),
    apps: apps ?? [...new Set(all.map((one) => one.app))],
    ...more,
  });
  return evaluate(parsed.policy, inventory, AS_OF);
}
const answers = ({ decisions }: ReturnType<typeof judge>) =>
  decisions.map(({ action, code, heldBackBy }) =>
    heldBackBy === null ? `${action} ${code}` : `${action} ${code} (${heldBackBy})`,
  );
const codes = ({ findings }: ReturnType<typeof judge>) => findings.map(({ code }) => code);
const problems = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof PolicyError) return formatProblems(error.problems);
    throw error;
  }
  return "";
};
const listed = (more: object = {}) => [{ name: "Okta", id: OKTA.id, users: "everyone", ...more }] as never;

describe("a link to an identity provider", () => {
  it("is not judged by a policy that says nothing of them, not even of a leaver", () => {
    const gone = user(3, { isActive: false });
    const run = judge({}, { links: [link(ANN.id, OKTA), link(gone.id, OKTA)], users: [ANN, gone] });
    expect(answers(run)).toEqual(["report link-not-judged", "report link-not-judged"]);
    expect(codes(run)).toEqual(["links-not-judged"]);
    expect(run.findings[0]!.params).toEqual({ links: "2", providers: "1" });
  });

  it.each([
    ["of a listed provider, in scope", { identityProviders: listed() }, "keep sanctioned"],
    [
      "of a listed provider, out of scope",
      { identityProviders: listed({ users: { profiles: ["System Administrator"] } }) },
      "revoke user-not-allowed-to-link",
    ],
    [
      "of a provider that is not listed",
      { unlistedIdentityProviders: "revoke" },
      "revoke provider-not-listed",
    ],
    ["of one that is not listed, only reported", { identityProviders: [] }, "report provider-not-listed"],
    [
      "of a denied provider",
      { identityProviders: [{ id: OKTA.id, sanctioned: false }] },
      "revoke provider-denied",
    ],
    [
      "of a denied provider, in mode report",
      { mode: "report", identityProviders: [{ name: "Okta", sanctioned: false }] },
      "report provider-denied (mode)",
    ],
    [
      "of a protected user",
      { unlistedIdentityProviders: "revoke", protected: { users: [ANN.username] } },
      "keep protected",
    ],
    [
      "of an offboarded user",
      { identityProviders: listed(), offboarded: [ANN.username] },
      "revoke user-offboarded",
    ],
    [
      "of an exempt user",
      {
        unlistedIdentityProviders: "revoke",
        exemptions: [{ user: ANN.username, reason: "r", owner: "o", expires: "2026-12-31" }],
      },
      "keep exempt",
    ],
  ])("%s", (_, policy, answer) => {
    expect(
      answers(judge(policy as Partial<PolicyFile>, { links: [link(ANN.id, OKTA)], users: [ANN, BEN] })),
    ).toEqual([answer]);
  });

  it("of the tool's own user is kept, and one of nobody whom the org lists is reported", () => {
    const run = judge(
      { unlistedIdentityProviders: "revoke" },
      { links: [link(sfId("005", 999), OKTA), link(sfId("005", 7), OKTA)] },
    );
    expect(answers(run)).toEqual(["keep own-user", "report user-unresolved"]);
  });

  it("is held against no time, no scope and no privilege", () => {
    const policy: Partial<PolicyFile> = {
      identityProviders: listed(),
      defaults: { maxAgeDays: 1, maxIdleDays: 1, neverUsedAfterDays: 1 },
      unknownUse: "revoke",
      highPrivilege: { profiles: ["System Administrator"], action: "revoke" },
    };
    const run = judge(policy, { links: [link(BEN.id, OKTA)], users: [ANN, BEN] });
    expect(answers(run)).toEqual(["keep sanctioned"]);
    expect(codes(run)).toEqual([]);
  });

  it("that does not name its provider's id is revoked by its name alone, and never for being unlisted", () => {
    const links = [link(ANN.id, OLD)];
    expect(answers(judge({ unlistedIdentityProviders: "revoke" }, { links }))).toEqual([
      "report provider-unresolved",
    ]);
    const denied: Partial<PolicyFile> = { identityProviders: [{ name: "old google", sanctioned: false }] };
    const run = judge(denied, { links });
    expect(answers(run)).toEqual(["revoke provider-denied"]);
    expect(codes(run)).toEqual(["weak-match"]);
  });

  it("that could be of several providers is only reported, unless all are denied", () => {
    const other = provider("okta", sfId("0SO", 2));
    const either: App = { ...provider("OKTA"), couldBe: [OKTA.id!, other.id!] };
    const org = { links: [link(ANN.id, either)], apps: [OKTA, other, either] };
    const one = { identityProviders: [{ id: OKTA.id!, sanctioned: false }] };
    expect(answers(judge(one, org))).toEqual(["report provider-unresolved"]);
    const both = { identityProviders: [OKTA, other].map(({ id }) => ({ id: id!, sanctioned: false })) };
    expect(answers(judge(both, org))).toEqual(["revoke provider-denied"]);
  });

  it("is only reported where the API may not delete it, with the place in Setup", () => {
    for (const deletable of [false, null]) {
      const run = judge(
        { unlistedIdentityProviders: "revoke" },
        {
          links: [link(ANN.id, OKTA), link(BEN.id, OKTA)],
          more: { accountLinks: linksOf(2, { deletable }) },
        },
      );
      expect(answers(run)).toEqual([
        "report provider-not-listed (not-revocable)",
        "report provider-not-listed (not-revocable)",
      ]);
      expect(run.plan.revocations).toEqual([]);
      expect(run.findings).toMatchObject([
        {
          code: "links-not-revocable",
          severity: "error",
          params: { rule: "provider-not-listed", links: "2" },
        },
      ]);
    }
  });

  it("is not revoked by hand where the API may not delete it", () => {
    const org = { links: [link(ANN.id, OKTA)] };
    const byHand = (more: Partial<Omit<Inventory, "users">>) => {
      const { resolved, inventory } = judge({}, { ...org, more });
      return decideByHand({ resolved, inventory, asOf: AS_OF }, inventory.grants);
    };
    expect(byHand({})).toMatchObject([{ action: "revoke", code: "by-hand" }]);
    expect(byHand({ accountLinks: linksOf(1, { deletable: false }) })).toMatchObject([
      { action: "report", heldBackBy: "not-revocable" },
    ]);
  });

  it("is explained by its own rules", () => {
    const { resolved, inventory } = judge(
      { unlistedIdentityProviders: "revoke" },
      { links: [link(ANN.id, OKTA)] },
    );
    const [explanation] = explain({ resolved, inventory, asOf: AS_OF }, inventory.grants);
    expect(explanation!.steps.map(({ rule }) => rule)).toEqual([
      "own user",
      "user known",
      "protected user",
      "judged",
      "offboarded",
      "inactive",
      "frozen",
      "exemption",
      "provider known",
      "provider denied",
      "provider listed",
    ]);
  });
});

describe("an app and an identity provider of one name", () => {
  const APP = app("Okta", sfId("0H4", 1));
  const org = { grants: [grant(ANN.id, APP)], links: [link(ANN.id, OKTA)] };

  it("are two: an entry of one says nothing of the other", () => {
    const sanctionedApp: Partial<PolicyFile> = {
      apps: [{ name: "Okta", users: "everyone" }],
      unlistedIdentityProviders: "revoke",
    };
    expect(answers(judge(sanctionedApp, org))).toEqual(["keep sanctioned", "revoke provider-not-listed"]);
    expect(answers(judge({ identityProviders: [{ name: "Okta", users: "everyone" }] }, org))).toEqual([
      "revoke app-not-listed",
      "keep sanctioned",
    ]);
  });

  it("are two to denials by pattern, protection, exemptions and findings too", () => {
    const run = judge(
      {
        appsLike: [{ name: "Okta*", sanctioned: false }],
        identityProviders: [{ name: "Okta", users: "everyone" }],
      },
      org,
    );
    expect(answers(run)).toEqual(["revoke app-denied", "keep sanctioned"]);
    expect(codes(run)).toEqual(["weak-match"]);
    const kept = judge(
      {
        protected: { apps: ["Okta"] },
        unlistedIdentityProviders: "revoke",
      },
      org,
    );
    expect(answers(kept)).toEqual(["keep protected", "revoke provider-not-listed"]);
    const exempt = judge(
      {
        exemptions: [{ app: "Okta", reason: "r", owner: "o", expires: "2026-12-31" }],
        unlistedIdentityProviders: "revoke",
      },
      org,
    );
    expect(answers(exempt)).toEqual(["keep exempt", "revoke provider-not-listed"]);
  });

  it("have labels that tell them apart", () => {
    const { plan } = judge({ unlistedIdentityProviders: "revoke" }, org);
    expect(plan.revocations.map(({ appLabel, reason, covers }) => [appLabel, covers, reason])).toEqual([
      ["Okta", "pair", expect.stringContaining("app not listed")],
      ["Okta (identity provider)", "pair", expect.stringMatching(/^identity provider not listed .*linked/)],
    ]);
  });

  it("do not become one by what an app is called", () => {
    const posing = app("Okta (identity provider)");
    const { plan } = judge(
      { unlistedIdentityProviders: "revoke" },
      { grants: [grant(ANN.id, posing)], links: [link(ANN.id, OKTA)] },
    );
    expect(plan.revocations.map(({ appLabel }) => appLabel)).toEqual([
      '"Okta (identity provider)"',
      "Okta (identity provider)",
    ]);
  });
});

describe("a policy's identity providers", () => {
  const org = { links: [link(ANN.id, OKTA)] };

  it("that the org does not have are a finding", () => {
    const run = judge({ identityProviders: [{ name: "Ping", users: "everyone" }] }, org);
    expect(codes(run)).toEqual(["provider-absent"]);
  });

  it("with a typing mistake that would cost links are a problem", () => {
    const policy: Partial<PolicyFile> = {
      unlistedIdentityProviders: "revoke",
      identityProviders: [{ name: "Oktaa", users: "everyone" }],
    };
    expect(problems(() => judge(policy, org))).toContain('no identity provider named "Oktaa"');
  });

  it.each([
    [[{ id: OKTA.id, name: "Google", users: "everyone" }], "is named"],
    [[{ id: "0H4000000000001CAA", users: "everyone" }], "starts with 0SO"],
    [[{ users: "everyone" }], "an identity provider has neither name nor id"],
    [[{ name: "Okta" }], "say who is in scope"],
    [[{ name: "Okta", sanctioned: false, users: "everyone" }], 'the identity provider "Okta" is denied'],
    [
      [
        { name: "Okta", users: "everyone" },
        { name: "Okta", sanctioned: false },
      ],
      'identity provider "Okta" is sanctioned and denied',
    ],
    [[{ name: "Okta", users: "everyone", maxIdleDays: 3 }], 'unknown key "maxIdleDays"'],
  ])("are refused where they are wrong: %j", (identityProviders, words) => {
    expect(problems(() => judge({ identityProviders } as never, org))).toContain(words);
  });
});
