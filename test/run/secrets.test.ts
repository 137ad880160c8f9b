import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CodedError, shownError } from "../../src/errors.ts";
import { forgeFromEnvironment } from "../../src/forge/fromEnvironment.ts";
import { FORGES } from "../../src/forge/names.ts";
import { readPolicy } from "../../src/policy/read.ts";
import { ConnectedUserProvider } from "../../src/pulumi/provider.ts";
import { needsOf } from "../../src/resolve/policyNeeds.ts";
import { openObserver } from "../../src/run/open.ts";
import { SETTING_KEYS } from "../../src/salesforce/settingKeys.ts";
import type { WatchEvent } from "../../src/watch/event.ts";
import type { Sink } from "../../src/watch/sinks/sink.ts";
import { slack } from "../../src/watch/sinks/slack.ts";
import { teams } from "../../src/watch/sinks/teams.ts";
import { webhook } from "../../src/watch/sinks/webhook.ts";
import { sanctioned } from "../cli/run.ts";
import { programInputs } from "../pulumi/programInputs.ts";

const KEY = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
}).privateKey;
const SLACK_HOOK = "https://hooks.slack.com/services/T0HUNTER2/B0/hunter2hunter2";

/** Secrets as they get into a setting that is not theirs, or are broken on the way; each with what must not be seen of it. */
const MALFORMED: Readonly<Record<string, string>> = {
  "a token with a line break": "00D000000001942!AQhunter2\nhunter2",
  "a token with a line break at its end": "00D000000001942!AQhunter2hunter2\r\n",
  "a token with a null byte": "00D000000001942!AQhunter2\0hunter2",
  "a token beyond Latin-1": "00D000000001942!AQhunter2\u2028hunter2",
  "a token in quotes": '"00D000000001942!AQhunter2hunter2"',
  "a token with its name": "SF_ACCESS_TOKEN=00D000000001942!AQhunter2hunter2",
  "a token": "00D000000001942!AQhunter2hunter2",
  "a word": "hunter2hunter2",
  "a private key": KEY,
  "a private key in one line": KEY.replaceAll("\n", "\\n"),
  "a private key without its end": KEY.slice(0, 300),
  "the inside of a private key": KEY.split("\n").slice(1, -2).join(""),
  "a URL with a password": "https://hunter2:hunter2@example.test/",
  "a URL with a password and a blank": "https://user:hunter2 @example.test/",
  "a URL of another scheme with a password": "ftp://user:hunter2@example.test/hunter2",
  "a URL with a token in its query": "https://example.test/?token=hunter2",
  "a hook": SLACK_HOOK,
  "a word and a colon": "hunter2hunter2:x",
  "a JSON": '{"access_token":"hunter2"}',
};
const TELLS = [
  /hunter2/i,
  ...KEY.split("\n")
    .slice(1, -2)
    .map((line) => new RegExp(line.slice(4, 40).replace(/[+/]/g, "\\$&"))),
];

const policy = readPolicy("policy/dieppe-trading.yaml");
let org: LocalOrg;
let folder: string;
beforeAll(async () => {
  org = await startLocalOrg({ org: dieppeTrading(), readOnly: true });
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-secrets-"));
});
afterAll(async () => {
  await org.close();
  rmSync(folder, { recursive: true });
});

/** What is shown of what was thrown: of a bug all of it, with stack and causes. */
async function thrown(act: () => unknown): Promise<string> {
  try {
    await act();
    return "";
  } catch (error) {
    return error instanceof CodedError ? shownError(error) : inspect(error, { depth: 10, showHidden: true });
  }
}
function leaks(text: string): string[] {
  return TELLS.filter((tell) => tell.test(text)).map(String);
}

/** A setting wrong in each way; what of that can be seen in an error, or in what the provider answers. */
async function shownOf(
  wrongs: readonly (readonly [kind: string, value: string])[],
  act: (value: string) => unknown,
): Promise<string[]> {
  const found: string[] = [];
  for (const [kind, value] of wrongs) {
    const said = await thrown(() => act(value));
    if (leaks(said).length > 0) found.push(`${kind}: ${said.slice(0, 200)}`);
  }
  return found;
}

const ALL = Object.entries(MALFORMED);
/** Settings that any way in has besides. */
const BESIDE = ["apiVersion", "ownApp", "concurrency", "maxApiShare", "composite"];
/** Those that leave the most behind; for what takes a whole list each time. */
const FEW = ALL.filter(([kind]) => /line break$|private key$|with a password$/.test(kind));
const NOT_SLEEPING = { sleep: async () => undefined, random: () => 0 };

describe("nothing of a secret that is malformed, or in another setting's place, stands in an error", () => {
  const ways = (): Record<string, Record<string, string>> => ({
    "access token": { instanceUrl: org.url, accessToken: org.accessToken },
    "JWT login": {
      clientId: "client",
      username: "u@acme.example",
      privateKey: KEY,
      loginUrl: org.url,
      audience: org.url,
    },
    "JWT login by file": {
      clientId: "client",
      username: "u@acme.example",
      privateKeyFile: "k",
      loginUrl: org.url,
    },
    "client credentials": { clientId: "client", clientSecret: "secret", loginUrl: org.url },
    "sf CLI": { targetOrg: "acme" },
  });

  it.each(["access token", "JWT login", "JWT login by file", "client credentials", "sf CLI"])(
    "settings of the connection: %s",
    async (way) => {
      const right = ways()[way]!;
      for (const key of [...Object.keys(right), ...(way === "access token" ? BESIDE : [])]) {
        const act = async (value: string) => {
          const settings: Record<string, string> = { ...right, [key]: value };
          const config = (name: string) => settings[name];
          const observer = openObserver({ env: { PATH: folder }, config, folder, clock: NOT_SLEEPING });
          await (key === "ownApp" ? observer.have(needsOf(policy)) : observer.connect());
        };
        expect(await shownOf(key === "ownApp" ? FEW : ALL, act)).toEqual([]);
      }
    },
  );

  it("and each setting of the connection is among these", () => {
    const tried = Object.values(ways()).flatMap((right) => Object.keys(right));
    expect(new Set([...tried, ...BESIDE])).toEqual(new Set(SETTING_KEYS));
  });

  it("by way of the provider", async () => {
    const provided = (settings: Record<string, string>) => async () => {
      const provider = new ConnectedUserProvider();
      provider.configure({ config: { get: (name) => settings[name] } });
      const { failures = [] } = await provider.check(
        {},
        programInputs({ version: 1, unlisted: "report", apps: [] }),
      );
      throw new Error(failures[0]?.reason ?? "it was taken");
    };
    const { "access token": token, "JWT login by file": jwt } = ways() as Record<
      string,
      Record<string, string>
    >;
    for (const [right, keys] of [
      [token, ["accessToken", "instanceUrl", "ownApp"]],
      [jwt, ["clientId", "username", "privateKeyFile", "loginUrl"]],
    ] as const)
      for (const key of keys)
        expect(await shownOf(FEW, (value) => provided({ ...right, [key]: value })())).toEqual([]);
  });

  it.each(["auditFile", "approvedPlan", "policyRoot", "allowedSigners"])(
    "paths of a run: %s",
    async (key) => {
      // A short word could be the name of a file, which an error names.
      const wrongs = ALL.filter(([kind]) => !["a word", "a JSON", "a word and a colon"].includes(kind));
      const act = (value: string) =>
        openObserver({ env: {}, config: (name) => (name === key ? value : undefined), folder }).settings;
      expect(await shownOf(wrongs, act)).toEqual([]);
      for (const [, value] of wrongs) expect(() => act(value)).toThrow(`${key} (SANCTIONED_`);
    },
  );

  it.each(FORGES)("what posts to a forge: %s", async (forge) => {
    const right: Record<string, string> = {
      GITHUB_TOKEN: "token",
      GITHUB_API_URL: org.url,
      GITHUB_REPOSITORY: "acme/crm",
      GITLAB_TOKEN: "token",
      CI_API_V4_URL: org.url,
      CI_PROJECT_ID: "1",
      CI_MERGE_REQUEST_IID: "1",
    };
    for (const key of [...Object.keys(right), "GITHUB_EVENT_PATH"]) {
      if (forge === "github" ? !key.startsWith("GITHUB") : key.startsWith("GITHUB")) continue;
      const act = (value: string) =>
        forgeFromEnvironment(forge, {}, false, { ...right, [key]: value }, NOT_SLEEPING);
      expect(await shownOf(ALL, act)).toEqual([]);
    }
  });

  it("where events go", async () => {
    const event = { id: "1" } as WatchEvent;
    const secret = { SANCTIONED_WEBHOOK_SECRET: "0123456789abcdef" };
    const sinks: Record<string, (env: NodeJS.ProcessEnv) => Sink> = {
      SANCTIONED_WEBHOOK_URL: (env) => webhook({ ...secret, ...env }, () => 0),
      SANCTIONED_WEBHOOK_SECRET: (env) =>
        webhook({ SANCTIONED_WEBHOOK_URL: `${org.url}/hunter2`, ...env }, () => 0),
      SANCTIONED_SLACK_WEBHOOK: slack,
      SANCTIONED_TEAMS_WEBHOOK: teams,
    };
    for (const [variable, sink] of Object.entries(sinks))
      expect(
        await shownOf(
          ALL.filter(([, value]) => !value.startsWith("https://")),
          (value) => sink({ [variable]: value }).send(event, AbortSignal.timeout(5_000)),
        ),
      ).toEqual([]);
    expect(
      await shownOf([["a hook that nobody answers", "http://127.0.0.1:9/hunter2"]], (value) =>
        slack({ SANCTIONED_SLACK_WEBHOOK: value }).send(event, AbortSignal.timeout(5_000)),
      ),
    ).toEqual([]);
  });
});

it("a proxy that is none is one error, at whatever door, and nothing of it is quoted", async () => {
  const env = {
    SF_ORG_INSTANCE_URL: "https://acme.my.salesforce.com",
    SF_ACCESS_TOKEN: "00D000000001942!AQx",
  };
  const runs = await Promise.all(
    ["http://us%er:hunt%er2@127.0.0.1:9", "user:hunter2@127.0.0.1:9"].map((proxy) =>
      sanctioned(["list"], { ...env, HTTPS_PROXY: proxy }),
    ),
  );
  for (const { code, stdout, stderr } of runs) {
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("[proxy-not-usable]");
    expect(stderr).not.toMatch(/hunt|^ +at /m);
  }
});
