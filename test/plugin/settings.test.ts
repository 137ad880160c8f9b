import { describe, expect, it } from "vitest";
import { secret } from "../../src/plugin/propertyValues.ts";
import { checkedSettings, namedOrgOf, settingsReader } from "../../src/plugin/settings.ts";

const URN = "urn:pulumi:prod::acme::pulumi:providers:sanctioned::org";
const code = (settings: Record<string, unknown>, urn = URN) => {
  try {
    checkedSettings(urn, settings);
  } catch (error) {
    return (error as { code: string }).code;
  }
  return null;
};

describe("the settings of a provider", () => {
  it("are kept with each secret marked, however the program had it", () => {
    const checked = checkedSettings(URN, { accessToken: "t0ken", clientSecret: secret("s"), username: "u" });
    expect(checked).toEqual({ accessToken: secret("t0ken"), clientSecret: secret("s"), username: "u" });
  });

  it("are refused where there is no such setting, or it is no plain value; the value is not quoted", () => {
    expect(code({ acessToken: "t0ken" })).toBe("provider-setting-unknown");
    expect(code({ username: ["a"] })).toBe("provider-setting-not-plain");
    expect(code({ concurrency: true })).toBe("provider-setting-not-plain");
    expect(code({ concurrency: "4", version: "0.1.0" })).toBeNull();
    expect(() => checkedSettings(URN, { privateKey: { a: "s3cr3t" } })).toThrow(/^((?!s3cr3t).)*$/);
  });

  it("leave out, in a project called sanctioned, what its config holds besides, and refuse it of a provider that a program makes", () => {
    const of = (project: string, name: string) =>
      `urn:pulumi:prod::${project}::pulumi:providers:sanctioned::${name}`;
    expect(checkedSettings(of("sanctioned", "default"), { policy: "p.yaml", username: "u" })).toEqual({
      username: "u",
    });
    expect(code({ policy: "p.yaml" }, of("sanctioned", "org"))).toBe("provider-setting-unknown");
    expect(code({ policy: "p.yaml" }, of("acme", "default"))).toBe("provider-setting-unknown");
  });

  it("are read as text, and nothing for what is not given", () => {
    const read = settingsReader({ concurrency: 4, username: "u" });
    expect([read("concurrency"), read("username"), read("clientId")]).toEqual(["4", "u", undefined]);
  });

  const of = (name: string, type = "pulumi:providers:sanctioned") =>
    namedOrgOf(`urn:pulumi:prod::acme::${type}::${name}`);
  it.each(["default", "default_0_1_0", "default_1_2_3_beta_1", "default_0_1_0_https_/get.acme.example"])(
    "are the stack's and the environment's of a provider that the engine makes: %s",
    (name) => expect(of(name)).toBeNull(),
  );

  it.each(["emea", "default-emea", "default_emea", "defaults", "Default", "default::default"])(
    "are all there is of a provider that the program makes: %s",
    (name) => expect(of(name)).toBe(`the provider ${name}`),
  );

  it("are all there is of a provider below another resource, and of one whose name no engine tells", () => {
    expect(of("default", "acme:index:Orgs$pulumi:providers:sanctioned")).toBe("the provider default");
    expect(namedOrgOf(undefined)).toBe("a provider");
  });
});
