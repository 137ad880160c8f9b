import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output.js";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { ConnectedUserPolicy, SalesforceOrg, type SalesforceOrgArgs } from "../../src/pulumi/index.ts";
import {
  CONNECTION_SETTINGS,
  orgProperties,
  RUN_SETTINGS,
  settingsOf,
} from "../../src/pulumi/orgSettings.ts";
import { ConnectedUserProvider } from "../../src/pulumi/provider.ts";
import { RUN_SETTING_KEYS } from "../../src/run/settings.ts";
import { SETTING_KEYS } from "../../src/salesforce/settingKeys.ts";

it("an org that a program names can be given every setting that there is", () => {
  expect([...CONNECTION_SETTINGS].sort()).toEqual([...SETTING_KEYS].sort());
  expect([...RUN_SETTINGS].sort()).toEqual([...RUN_SETTING_KEYS].sort());
});

describe("SalesforceOrg", () => {
  let seen: pulumi.runtime.MockResourceArgs[];
  beforeEach(async () => {
    await begin(false);
    pulumi.runtime.setAllConfig({
      "consumer:requiredApprovals": "2",
      "consumer:revokeConcurrency": "9",
      "consumer:accessToken": "of the stack",
    });
  });
  afterEach(() => pulumi.runtime.setAllConfig({}));

  async function begin(isPreview: boolean): Promise<void> {
    seen = [];
    await pulumi.runtime.setMocks(
      {
        newResource: (resource) => {
          seen.push(resource);
          return { id: "id", state: resource.inputs };
        },
        call: () => ({}),
      },
      "consumer",
      "test",
      isPreview,
    );
  }

  /** What it registers with the engine, without the namespace of its properties. */
  async function registered(args: SalesforceOrgArgs): Promise<Record<string, unknown>> {
    const org = new SalesforceOrg("acme", args);
    await new Promise((resolve) => org.urn.apply(resolve));
    expect(seen.map(({ type, name }) => [type, name])).toEqual([["pulumi:providers:pulumi-nodejs", "acme"]]);
    const { "sanctioned:salesforceOrg": name, ...settings } = seen[0]!.inputs;
    expect(name).toBe("acme");
    return Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [key.replace(/^sanctioned:/, ""), value]),
    );
  }

  const secret = (value: string) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    value,
  });

  it("keeps secrets as such, however they are given, and writes numbers and lists as a stack's config would", async () => {
    expect(
      await registered({
        accessToken: "one",
        clientSecret: pulumi.output("two"),
        privateKey: pulumi.secret("three"),
        username: "ann@acme.example",
        concurrency: 3,
        policyRoot: ["a", "b"],
        excludedApprovers: pulumi.output(["ann", "ben"]),
        requiredApprovals: 1,
        revokeConcurrency: 4,
      }),
    ).toEqual({
      accessToken: secret("one"),
      clientSecret: secret("two"),
      privateKey: secret("three"),
      username: "ann@acme.example",
      concurrency: "3",
      policyRoot: ["a", "b"].join(path.delimiter),
      excludedApprovers: "ann,ben",
      requiredApprovals: "1",
      revokeConcurrency: "4",
    });
  });

  it("takes what it does not say of its runs from the stack's config, and nothing of its login", async () => {
    expect(await registered({ instanceUrl: "https://acme.my.salesforce.com" })).toEqual({
      instanceUrl: "https://acme.my.salesforce.com",
      requiredApprovals: "2",
      revokeConcurrency: "9",
    });
  });

  it("warns in a preview that shows nothing since a setting is known only later", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    onTestFinished(() => warn.mockRestore());
    await begin(true);
    const later = pulumi.output(unknown) as unknown as pulumi.Output<string>;
    const known = new SalesforceOrg("known", { accessToken: pulumi.secret("x") });
    const unknownOrg = new SalesforceOrg("acme", { accessToken: later });
    await new Promise((resolve) => pulumi.all([known.urn, unknownOrg.urn]).apply(resolve));
    await vi.waitFor(() => expect(warn).toHaveBeenCalled());
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^a setting of acme is known only/), unknownOrg],
    ]);
  });

  it("refuses a setting that there is none of, in one sentence", () => {
    const make = () => new SalesforceOrg("acme", { acessToken: "one" } as SalesforceOrgArgs);
    expect(make).toThrow(
      /^SalesforceOrg acme is given acessToken, which is no setting of an org\. .*accessToken/,
    );
    expect(make).toThrow(pulumi.RunError);
  });

  it("is the only provider that a resource takes: of another package Pulumi would take the stack's own org", () => {
    class Other extends pulumi.ProviderResource {}
    const other = new Other("aws", "other", {});
    expect(() => new ConnectedUserPolicy("acme", { policy: "x.yaml" }, { provider: other })).toThrow(
      /^The provider of ConnectedUserPolicy acme is no SalesforceOrg/,
    );
    const provider = new SalesforceOrg("acme", {});
    expect(new ConnectedUserPolicy("acme", { policy: "x.yaml" }, { provider })).toBeInstanceOf(
      pulumi.Resource,
    );
  });
});

it.each([["import"], ["id"], ["urn"]])(
  "a resource that is given %s would be checked by nobody, and is refused",
  (option) => {
    const make = () => new ConnectedUserPolicy("acme", { policy: "x.yaml" }, { [option]: "x" });
    expect(make).toThrow(/^A ConnectedUserPolicy is not imported/);
  },
);

describe("the provider of an org that a program names", () => {
  let org: LocalOrg;
  beforeEach(async () => {
    org = await startLocalOrg({ org: smallOrg() });
    vi.stubEnv("SF_ORG_INSTANCE_URL", org.url);
    vi.stubEnv("SF_ACCESS_TOKEN", org.accessToken);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await org.close();
  });

  /** Why a check fails, the org being named `acme` with these settings. */
  async function failure(settings: Readonly<Record<string, string>>): Promise<string | undefined> {
    const properties: Readonly<Record<string, string>> = orgProperties("acme", settings);
    const provider = new ConnectedUserProvider(null);
    provider.configure({ config: { get: (key) => properties[key] } });
    const policy = { version: 1, unlisted: "report", apps: [] };
    return (await provider.check({}, { policy, __urn: "urn", __preview: false })).failures?.[0]?.reason;
  }

  it("never falls back to the environment's login", async () => {
    expect(await failure({})).toMatch(/log in to acme.*\[named-org-without-login\]$/);
    expect(await failure({ accessToken: "" })).toMatch(/\[named-org-without-login\]$/);
    expect(await failure({ instanceUrl: org.url })).toMatch(
      /lacks accessToken\b.*\[credentials-incomplete\]$/,
    );
    expect(await failure({ accessToken: org.accessToken })).toMatch(/lacks instanceUrl\b/);
    expect(org.requests).toEqual([]);
  });

  it("reads nothing else of a connection from the environment either", async () => {
    vi.stubEnv("SF_ORG_INSTANCE_URL", "https://login.salesforce.com");
    vi.stubEnv("SF_ORG_API_VERSION", "the newest");
    const { url: instanceUrl, accessToken } = org;
    expect(await failure({ instanceUrl, accessToken })).toBeUndefined();
    expect(org.requests.length).toBeGreaterThan(3);
  });

  it("is held to what the environment says of runs", async () => {
    vi.stubEnv("SANCTIONED_REQUIRED_APPROVALS", "many");
    const { url: instanceUrl, accessToken } = org;
    expect(await failure({ instanceUrl, accessToken })).toMatch(/SANCTIONED_REQUIRED_APPROVALS/);
  });
});

it("settings are the stack's where no org is named, and never both", () => {
  const config: Readonly<Record<string, string>> = { username: "of the stack" };
  const stack = settingsOf((key) => config[key]);
  expect([stack.namedOrg, stack.setting("username")]).toEqual([null, "of the stack"]);
  const named = settingsOf((key) => ({ ...config, ...orgProperties("acme", { clientId: "x" }) })[key]);
  expect([named.namedOrg, named.setting("clientId"), named.setting("username")]).toEqual([
    "acme",
    "x",
    undefined,
  ]);
});
