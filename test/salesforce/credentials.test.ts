import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { askSfCli } from "../../src/salesforce/sfCli.ts";

describe("reading credentials", () => {
  it.each<[rule: string, config: Record<string, string>, env: Record<string, string>, outcome: RegExp]>([
    ["a token without its org", { accessToken: "x" }, {}, /The access token lacks instanceUrl/],
    [
      "in the environment's own names",
      {},
      { SF_ACCESS_TOKEN: "x" },
      /The access token lacks SF_ORG_INSTANCE_URL/,
    ],
    [
      "half a JWT login",
      {},
      { SANCTIONED_CLIENT_ID: "x" },
      /SANCTIONED_CLIENT_ID needs SANCTIONED_PRIVATE_KEY_FILE \(a JWT login\) or SANCTIONED_CLIENT_SECRET/,
    ],
    [
      "an address that is not a URL",
      { accessToken: "x", instanceUrl: "acme" },
      {},
      /instanceUrl is not a URL of a web address. Write it as https/,
    ],
    [
      "plain http to another machine",
      { accessToken: "x", instanceUrl: "http://acme.my.salesforce.com" },
      {},
      /instanceUrl must begin with https/,
    ],
    [
      "the user interface's address",
      { accessToken: "x", instanceUrl: "https://acme.lightning.force.com" },
      {},
      /is the address of the user interface/,
    ],
    [
      "a key file that is not there",
      {
        clientId: "c",
        username: "u",
        loginUrl: "https://login.salesforce.com",
        privateKeyFile: "no/such.key",
      },
      {},
      /^The file that privateKeyFile names does not exist\. .* The key itself goes into privateKey\.$/,
    ],
  ])("%s", (_rule, config, env, outcome) => {
    expect(() => readCredentials(config, env)).toThrow(outcome);
  });

  it("the stack's config wins over the environment, whole", () => {
    const { login } = readCredentials(
      { clientId: "c", clientSecret: "s", loginUrl: "https://acme.my.salesforce.com" },
      { SF_ACCESS_TOKEN: "x", SF_ORG_INSTANCE_URL: "https://other.my.salesforce.com" },
    );
    expect(login.kind).toBe("client-credentials");
  });

  it.each([
    ["with 15 characters", "0H4Hn000000k9aZ", { id: "0H4Hn000000k9aZKAQ" }],
    ["with 18 characters", "0H4Hn000000k9aZKAQ", { id: "0H4Hn000000k9aZKAQ" }],
    ["by its name", "Sanctioned", { name: "Sanctioned" }],
  ])("the own app is the same however it is named: %s", (_rule, text, ownApp) => {
    expect(readCredentials({}, { SANCTIONED_OWN_APP: text }).ownApp).toEqual(ownApp);
  });

  const LOGIN_URL = "https://acme.my.salesforce.com";
  const KEY = { clientId: "c", username: "u", privateKey: "k", loginUrl: LOGIN_URL };
  it.each<[way: string, config: Record<string, string>, login: object]>([
    [
      "an access token goes before all others",
      { ...KEY, accessToken: "x", instanceUrl: `${LOGIN_URL}/`, clientSecret: "s", targetOrg: "o" },
      { kind: "access-token", accessToken: "x", instanceUrl: LOGIN_URL },
    ],
    [
      "a key goes before a secret",
      { ...KEY, clientSecret: "s", targetOrg: "o" },
      { kind: "jwt-bearer", ...KEY, audience: null },
    ],
    [
      "an audience is for a key",
      { ...KEY, audience: "https://a.example" },
      { kind: "jwt-bearer", ...KEY, audience: "https://a.example" },
    ],
    [
      "a secret goes before an org of the CLI",
      { clientId: "c", clientSecret: "s", loginUrl: LOGIN_URL, targetOrg: "o" },
      { kind: "client-credentials", clientId: "c", clientSecret: "s", loginUrl: LOGIN_URL },
    ],
    ["nothing is the CLI's default org", {}, { kind: "sf-cli", targetOrg: null }],
  ])("%s", (_way, config, login) => {
    expect(readCredentials(config, {}).login).toEqual(login);
  });

  it.each<[config: Record<string, string>, lacks: RegExp]>([
    [{ instanceUrl: LOGIN_URL }, /instance URL lacks accessToken/],
    [{ privateKey: "k" }, /JWT login lacks clientId and username and loginUrl/],
    [{ clientSecret: "s" }, /client credentials login lacks clientId and loginUrl/],
  ])("%j says what is missing, all of it", (config, lacks) => {
    expect(() => readCredentials(config, {})).toThrow(lacks);
  });

  const SECRET = { clientId: "c", clientSecret: "s", loginUrl: LOGIN_URL };
  it.each<[what: string, config: Record<string, string>, code: string]>([
    ["a client id with a blank", { ...SECRET, clientId: "3MVG9 canary" }, "setting-not-plain"],
    ["a client id in quotes", { ...KEY, clientId: '"canary"' }, "setting-not-plain"],
    ["a client id with an end of line", { ...SECRET, clientId: "canary\n" }, "setting-not-plain"],
    ["a client id that is none of ASCII", { ...SECRET, clientId: "canar\u0443" }, "setting-not-plain"],
    ["a client id that is an address", { ...KEY, clientId: "https://canary.example" }, "setting-not-plain"],
    ["an app's id", { ...SECRET, clientId: "0H4canary000001AAA" }, "client-id-is-record-id"],
    ["an external client app's id", { ...KEY, clientId: "0xIcanary000001" }, "client-id-is-record-id"],
    ["an OAuth setting's id", { ...KEY, clientId: "888canary000001" }, "client-id-is-record-id"],
    ["a secret with an end of line", { ...SECRET, clientSecret: "canary\r\n" }, "setting-not-plain"],
    ["a secret in quotes", { ...SECRET, clientSecret: "'canary'" }, "setting-not-plain"],
    ["a username in quotes", { ...KEY, username: '"canary@x.example"' }, "setting-not-plain"],
    [
      "a username with a mark nobody sees",
      { ...KEY, username: "canary@x.example\u200b" },
      "setting-not-plain",
    ],
    ["a login with a password", { ...SECRET, loginUrl: "https://u:canary@a.example" }, "address-with-login"],
    ["a login with a user", { ...KEY, loginUrl: "https://canary@a.example/" }, "address-with-login"],
    ["the token endpoint", { ...KEY, loginUrl: `${LOGIN_URL}/services/canary` }, "address-with-path"],
    ["an address with a query", { ...KEY, loginUrl: `${LOGIN_URL}?canary` }, "address-with-path"],
    ["an address with a fragment", { ...KEY, loginUrl: `${LOGIN_URL}#canary` }, "address-with-path"],
    ["an org's page", { accessToken: "x", instanceUrl: `${LOGIN_URL}/canary` }, "address-with-path"],
    ["an audience that is no address", { ...KEY, audience: "canary" }, "address-not-a-url"],
  ])("%s is refused, and not quoted", (_what, config, code) => {
    const refuse = () => readCredentials(config, {});
    expect(refuse).toThrow(expect.objectContaining({ code, name: "SettingsError" }));
    expect(refuse).toThrow(expect.objectContaining({ message: expect.not.stringContaining("canary") }));
  });

  it.each([
    ["a line break", "c\nd"],
    ["a blank", "c d"],
    ["a quote", "c`d"],
    ["a character that is not ASCII, or not shown", "c\u0000d"],
    ["a sign", "c=d"],
  ])("%s in a client id is said to be what is wrong with it", (found, clientId) => {
    expect(() => readCredentials({ ...SECRET, clientId }, {})).toThrow(
      `clientId has ${found} in it, as no client id has.`,
    );
  });

  it("a client id, a secret and a username of Salesforce's forms are taken", () => {
    const clientId = "3MVG9.aB_c-d~1234567890123456789012345678901234567890";
    expect(readCredentials({ ...SECRET, clientId, clientSecret: "AF09+/=%" }, {}).login).toMatchObject({
      clientId,
    });
    const username = "jos\u00e9.o'neil+ci@x.example";
    expect(readCredentials({ ...KEY, username }, {}).login).toMatchObject({ username });
    const audience = "https://acme.my.site.com/customers";
    expect(readCredentials({ ...KEY, audience }, {}).login).toMatchObject({ audience });
  });

  it.each([
    "login.salesforce.com",
    "test.salesforce.com",
    "LOGIN.salesforce.com.",
    "www.salesforce.com",
    "login.salesforce.mil",
  ])("%s takes a JWT, and neither client credentials nor an access token: it is no org", (host) => {
    const loginUrl = `https://${host}`;
    expect(() => readCredentials({ ...SECRET, loginUrl }, {})).toThrow(
      /^loginUrl is .*, which takes no client credentials. Use the org's My Domain/,
    );
    expect(() => readCredentials({ accessToken: "x", instanceUrl: loginUrl }, {})).toThrow(
      /^instanceUrl is .*, where people log in and no org is. Use the org's My Domain/,
    );
    expect(readCredentials({ ...KEY, loginUrl }, {}).login.kind).toBe("jwt-bearer");
  });

  it.each([
    ["with the audience that follows", "https://salesforce.com.acme.example", undefined],
    ["with Salesforce's audience", "https://acme.example", "https://login.salesforce.com"],
    ["with a host that only ends alike", "https://mysalesforce.com", undefined],
    ["at another port than the audience's", "https://acme.example:8443", "https://acme.example"],
    ["with an audience that only begins alike", "https://acme.example", "https://acme.example.invalid"],
    ["with this machine as the audience", "https://acme.example", "http://localhost"],
  ])("a JWT goes to nobody but Salesforce and whom it is for: %s", (_, loginUrl, audience) => {
    const settings = { ...KEY, loginUrl, ...(audience === undefined ? {} : { audience }) };
    expect(() => readCredentials(settings, {})).toThrow(
      expect.objectContaining({ code: "login-url-not-salesforce" }),
    );
  });

  it.each([
    ["https://acme--uat.sandbox.my.salesforce.com", undefined],
    ["https://acme.my.salesforce.mil", undefined],
    ["https://acme.my.sfcrmproducts.cn.", undefined],
    ["https://customers.acme.example", "https://customers.acme.example/portal"],
    ["http://localhost:4000", undefined],
  ])("a JWT goes to %s", (loginUrl, audience) => {
    const settings = { ...KEY, loginUrl, ...(audience === undefined ? {} : { audience }) };
    expect(readCredentials(settings, {}).login).toMatchObject({ loginUrl, audience: audience ?? null });
  });

  it.each(["login.salesforce.com.acme.example", "mylogin.salesforce.com", "acme.my.salesforce.com"])(
    "%s is an org's, for all that is known",
    (host) => {
      expect(readCredentials({ ...SECRET, loginUrl: `https://${host}` }, {}).login.kind).toBe(
        "client-credentials",
      );
    },
  );

  it.each<[key: "apiVersion" | "concurrency" | "maxApiShare", text: string, value: unknown]>([
    ["apiVersion", "67", "67.0"],
    ["apiVersion", "67.0", "67.0"],
    ["apiVersion", "100.0", "100.0"],
    ["concurrency", "1", 1],
    ["concurrency", "64", 64],
    ["maxApiShare", "0", 0],
    ["maxApiShare", "1", 1],
    ["maxApiShare", "0.05", 0.05],
  ])("%s may be %s", (key, text, value) => {
    expect(readCredentials({ [key]: text }, {})[key]).toBe(value);
  });

  it("without a word, as many requests go at once as become the org, and a fifth of the API calls may be used", () => {
    expect(readCredentials({}, {})).toMatchObject({
      apiVersion: null,
      ownApp: null,
      concurrency: null,
      maxApiShare: 0.2,
    });
  });

  it.each([
    ["apiVersion", "67.1"],
    ["apiVersion", "v67.0"],
    ["apiVersion", "67.0.0"],
    ["apiVersion", "7"],
    ["concurrency", "65"],
    ["concurrency", "1.5"],
    ["concurrency", "many"],
    ["maxApiShare", "-0.1"],
    ["maxApiShare", "1.01"],
  ])("%s may not be %s", (key, value) => {
    expect(() => readCredentials({ [key]: value }, {})).toThrow(new RegExp(`^${key} .* must`));
  });

  it("a setting of the stack goes before one of the environment, each by itself", () => {
    const env = { SANCTIONED_CONCURRENCY: "3", SF_ORG_API_VERSION: "60.0" };
    expect(readCredentials({ concurrency: "2" }, env)).toMatchObject({ concurrency: 2, apiVersion: "60.0" });
  });

  it("an empty value is no value", () => {
    const { login } = readCredentials({ accessToken: "" }, { SF_ACCESS_TOKEN: "", SF_TARGET_ORG: "staging" });
    expect(login).toEqual({ kind: "sf-cli", targetOrg: "staging" });
  });

  it.each([
    ["apiVersion", "latest"],
    ["concurrency", "0"],
    ["maxApiShare", "20%"],
  ])("%s that makes no sense is refused", (key, value) => {
    expect(() => readCredentials({ [key]: value }, {})).toThrow(new RegExp(`^${key} .* must`));
  });

  const pem = (type: "rsa" | "ec" | "rsa-pss", bits: number, more: object = {}) => {
    const options = { modulusLength: bits, namedCurve: "P-256" } as const;
    const pair = generateKeyPairSync(type as "rsa", options);
    return {
      key: pair.privateKey.export({ type: "pkcs8", format: "pem", ...more } as never).toString(),
      publicKey: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
    };
  };
  const RSA = pem("rsa", 2_048);
  const encrypted = { cipher: "aes-256-cbc", passphrase: "canary" };
  const CERTIFICATE = RSA.publicKey.replaceAll("PUBLIC KEY", "CERTIFICATE");
  it.each<[what: string, key: string, says: RegExp]>([
    ["a text", "canary-key", /cannot be read: it is no PEM/],
    ["a key without its frame", RSA.key.replaceAll(/-----.*-----/g, ""), /it is no PEM/],
    ["a key in quotes", `"${RSA.key.slice(0, 200)}"`, /it is a key that is not whole/],
    ["half a key", RSA.key.slice(0, 400), /it is a key that is not whole/],
    ["the app's certificate", CERTIFICATE, /it is a certificate/],
    ["a public key", RSA.publicKey, /it is a public key/],
    ["an encrypted key", pem("rsa", 2_048, encrypted).key, /it is an encrypted key/],
    [
      "an encrypted key of the older form",
      pem("rsa", 2_048, { type: "pkcs1", ...encrypted }).key,
      /it is an encrypted key/,
    ],
    [
      "a PEM of something else",
      "-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----",
      /a PEM of another kind/,
    ],
    ["a key of a curve", pem("ec", 0).key, /is of type ec. Give an RSA key/],
    ["a key for RSA-PSS", pem("rsa-pss", 2_048).key, /is of type rsa-pss/],
    ["a short key", pem("rsa", 1_024).key, /has 1024 bits. Give an RSA key of 2048 bits or more/],
  ])("%s is refused before anything is asked, and not quoted", async (_what, privateKey, says) => {
    const loginUrl = "https://acme.invalid";
    const error = await connect(
      readCredentials({ ...KEY, privateKey, loginUrl, audience: loginUrl }, {}),
    ).catch((e: unknown) => e as Error);
    expect(error).toMatchObject({ name: "SettingsError", message: expect.stringMatching(says) });
    const middle = privateKey.split("\n").at(3) ?? "canary";
    expect(String((error as Error).stack)).not.toContain(middle.slice(0, 40) || "canary");
  });

  it("a key in one line and a key in the older form sign as well", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const certificate = publicKey.export({ type: "spki", format: "pem" }).toString();
    const username = "sanctioned.integration@dieppe.example";
    const org = await startLocalOrg({ org: dieppeTrading(), clients: [{ clientId: "c", certificate }] });
    try {
      for (const type of ["pkcs1", "pkcs8"] as const) {
        const pem = privateKey.export({ type, format: "pem" }).toString().replaceAll("\n", "\\n");
        const credentials = readCredentials(
          { clientId: "c", username, privateKey: pem, loginUrl: org.url },
          {},
        );
        expect((await connect(credentials)).caller.username).toBe(username);
      }
    } finally {
      await org.close();
    }
  });
});

describe("an org of the official CLI", () => {
  const { PATH } = process.env;
  const folder = mkdtempSync(path.join(tmpdir(), "sf-"));
  afterEach(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true, force: true });
  });

  /** An `sf` that answers as the real one does, and keeps what it was called with. */
  function installCli(answers: Record<string, unknown>): void {
    const script = `#!${process.execPath}
const args = process.argv.slice(2);
if (args.some((arg) => arg.includes("!")) || !args.includes("--json")) process.exit(9);
const answer = ${JSON.stringify(answers)}[args.slice(0, -1).join(" ")];
console.log(JSON.stringify({ ...answer, warnings: [process.env.SF_TARGET_ORG] }));
process.exitCode = answer.status;
`;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(path.join(folder, "sf"), script);
    chmodSync(path.join(folder, "sf"), 0o755);
    process.env.PATH = folder;
  }

  it("is asked for its address and its token, which shows in no argument", async () => {
    const org = await startLocalOrg({ org: dieppeTrading() });
    try {
      installCli({
        "org display": { status: 0, result: { instanceUrl: org.url, accessToken: "[REDACTED]" } },
        "org auth show-access-token": { status: 0, result: { accessToken: org.accessToken } },
      });
      const connection = await connect(readCredentials({ targetOrg: "dieppe" }, {}));
      expect(connection.org.name).toBe("Dieppe Trading");
    } finally {
      await org.close();
    }
  });

  it("that is not logged in says how to", async () => {
    installCli({ "org display": { status: 1, name: "NamedOrgNotFoundError", message: "canary" } });
    await expect(connect(readCredentials({ targetOrg: "dieppe" }, {}))).rejects.toThrow(
      "`sf org display` failed (NamedOrgNotFoundError). Log in with `sf org login web`",
    );
  });

  it.each<[string, () => void]>([
    ["no CLI", () => installCli({})],
    [
      "no default org",
      () => installCli({ "org display": { status: 1, name: "NoDefaultEnvError", message: "canary" } }),
    ],
  ])("with %s and no other credentials, every way in is named", async (what, install) => {
    install();
    if (what === "no CLI") rmSync(path.join(folder, "sf"));
    const error: unknown = await connect(readCredentials({}, {})).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(
      /No credentials for a Salesforce org. Give an access token .* JWT login .* client credentials .* official CLI/,
    );
  });

  const failing = async (answers: Record<string, unknown>, targetOrg = "dieppe") => {
    installCli(answers);
    const error: unknown = await connect(readCredentials({ targetOrg }, {})).catch((e: unknown) => e);
    expect(String(error)).not.toContain("canary");
    return error;
  };
  const shown = { "org auth show-access-token": { status: 0, result: { accessToken: "x" } } };

  it.each<[string, Record<string, unknown>]>([
    ["no address", { "org display": { status: 0, result: {} }, ...shown }],
    [
      "no token",
      {
        "org display": { status: 0, result: { instanceUrl: "https://a.example" } },
        "org auth show-access-token": { status: 0, result: {} },
      },
    ],
  ])("that shows %s is told so", async (_what, answers) => {
    expect(await failing(answers)).toMatchObject({ code: "sf-cli-session-not-shown" });
  });

  it.each([null, "canary", undefined])(
    "whose result is %j did not answer in JSON as it should",
    async (result) => {
      const error = await failing({ "org display": { status: 0, result } });
      expect(error).toMatchObject({ code: "sf-cli-answer-not-json" });
      expect(String(error)).toContain("sf org display");
    },
  );

  it.each(["a name, canary", "canary1", 7, undefined, ""])(
    "that fails as %j does not say why: only a code is repeated",
    async (name) => {
      const error = await failing({ "org display": { status: 1, name } });
      expect(error).toMatchObject({ code: "sf-cli-failed" });
      expect(String(error)).toContain("(it does not say why)");
    },
  );

  it("that was asked for by name is not taken for one that nobody named", async () => {
    const error = await failing({ "org display": { status: 1, name: "NoDefaultEnvError" } });
    expect(error).toMatchObject({ code: "sf-cli-failed" });
  });

  it("whose call could not be made is a fault of our own, and not the CLI's", async () => {
    installCli({});
    await expect(askSfCli("a\0b")).rejects.toThrow(TypeError);
  });

  it("that is named with a character that is not shown is not looked for", () => {
    expect(() => readCredentials({ targetOrg: "a\0b" }, {})).toThrow(
      expect.objectContaining({ code: "setting-not-plain" }),
    );
  });

  it("that fails without JSON does not say why", async () => {
    installCli({});
    writeFileSync(
      path.join(folder, "sf"),
      `#!${process.execPath}\nconsole.log("canary"); process.exit(1);\n`,
    );
    const error: unknown = await connect(readCredentials({ targetOrg: "dieppe" }, {})).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: "sf-cli-failed" });
    expect(String(error)).not.toContain("canary");
  });

  it.each([
    ["dieppe", "dieppe"],
    ["", "nothing"],
  ])("named %j is named to the CLI by the environment: %s", async (targetOrg, said) => {
    installCli({});
    const script = `#!${process.execPath}\nconsole.log(JSON.stringify({ name: "Got_" + (process.env.SF_TARGET_ORG ?? "nothing") })); process.exit(1);\n`;
    writeFileSync(path.join(folder, "sf"), script);
    await expect(connect(readCredentials(targetOrg === "" ? {} : { targetOrg }, {}))).rejects.toThrow(
      `Got_${said}`,
    );
  });
});
