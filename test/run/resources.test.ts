import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { BOBS_TOOL, dieppeTrading, generateOrg } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ConnectedUserProvider } from "../../src/pulumi/provider.ts";
import { programInputs } from "../pulumi/programInputs.ts";
import { EngineLogServer } from "./engine.ts";

const DIEPPE = path.resolve("policy/dieppe-trading.yaml");
/** Of the other org, every grant goes. */
const NONE = {
  version: 1,
  unlisted: "revoke",
  platformApps: "revoke",
  apps: [],
  limits: { revocations: 100, percent: 100, perApp: 100 },
};
/** Whose phases these are: which that is in truth depends on who started the tests. */
const ENGINE = { pid: 7, started: "1000" };
const urn = (name: string) => `urn:pulumi:test::test::sanctioned::${name}`;

let engine: EngineLogServer;
let dieppe: LocalOrg;
let other: LocalOrg;
let folder: string;
let provider: ConnectedUserProvider;

beforeEach(async () => {
  engine = await EngineLogServer.start();
  process.argv.push(engine.address); // where a provider process finds its engine
  dieppe = await startLocalOrg({ org: dieppeTrading() });
  other = await startLocalOrg({ org: generateOrg({ seed: 3, users: 5, grants: 9, apps: 2 }) });
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-resources-"));
  provider = new ConnectedUserProvider(ENGINE);
});
afterEach(async () => {
  process.argv.pop();
  engine.stop();
  await dieppe.close();
  await other.close();
  rmSync(folder, { recursive: true });
});

/** The config of a stack whose credentials lead to an org. */
function configure(org: LocalOrg, name: string): void {
  const settings: Record<string, string> = {
    instanceUrl: org.url,
    accessToken: org.accessToken,
    auditFile: path.join(folder, `${name}.jsonl`),
  };
  provider.configure({ config: { get: (key) => settings[key] } });
}

async function check(policy: string | Record<string, unknown>, name: string) {
  const { inputs, failures } = await provider.check({}, programInputs(policy, { urn: urn(name) }));
  expect(failures).toBeUndefined();
  return asEngine(inputs!);
}

/** As the engine hands inputs back: the same, with the keys of maps in another order. */
function asEngine<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_key, inner) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).reverse())
      : inner,
  );
}
const grantsOf = (org: LocalOrg) => org.store.grants().length;

it("two resources of two orgs in one process: each is updated by what its own check saw, and says so under its own name", async () => {
  configure(dieppe, "dieppe");
  const first = check(DIEPPE, "dieppe"); // under way while the other is configured
  configure(other, "other");
  const [ofDieppe, ofOther] = await Promise.all([first, check(NONE, "other")]);
  const before = grantsOf(dieppe);
  const all = grantsOf(other);

  expect((await provider.create(ofDieppe)).id).toBe(ofDieppe.org.id);
  expect([before - grantsOf(dieppe), grantsOf(other)]).toEqual([12, all]);
  expect(dieppe.store.grants().some(({ AppName }) => AppName === BOBS_TOOL.name)).toBe(false);
  expect((await provider.create(ofOther)).id).toBe(ofOther.org.id);
  expect([before - grantsOf(dieppe), grantsOf(other)]).toEqual([12, 0]);

  const record = (name: string) => readFileSync(path.join(folder, `${name}.jsonl`), "utf8");
  expect(record("dieppe").match(/"event":"revoking"/g)).toHaveLength(12);
  expect(record("dieppe")).not.toContain(ofOther.org.id);
  expect(record("other").match(/"event":"revoking"/g)).toHaveLength(all);
  expect(record("other")).not.toContain(ofDieppe.org.id);
  expect(engine.of(urn("dieppe"))).toMatch(/12 revocations planned: .*12 revoked; on record in .*dieppe\./s);
  expect(engine.of(urn("other"))).toMatch(/9 revocations planned: .*9 revoked; on record in .*other\./s);
  expect(engine.of(urn("dieppe"))).not.toContain("other.jsonl");
  expect(engine.of(urn("other"))).not.toContain("dieppe.jsonl");
});

it("an update says what is another than its preview showed, and nothing of that again", async () => {
  configure(other, "other");
  const of = urn("other");
  await provider.check({}, programInputs(NONE, { urn: of, preview: true }));
  const shown = engine.of(of);
  expect(shown).toMatch(/^9 revocations planned: .*\n<\{%fg 1%\}>- .*complete: 9 of 9/s);
  for (const { DeleteToken } of other.store.grants()) other.store.revoke(String(DeleteToken));
  configure(other, "other"); // which reads the org again, as the update's own process does
  await provider.check({}, programInputs(NONE, { urn: of }));
  expect(engine.of(of).slice(shown.length).trim()).toBe(
    "nothing to revoke any more of what the preview showed",
  );
});

it("two resources of one org, of which one asks for more about users, each read what they ask for", async () => {
  configure(dieppe, "dieppe");
  const plain = { ...NONE, unlisted: "report" };
  const bySet = {
    ...plain,
    apps: [{ name: "Slack", users: { permissionSets: ["Slack_User"] } }],
  };
  const [one, two] = await Promise.all([check(plain, "one"), check(bySet, "two")]);
  expect(one.revocations).toEqual({ toRevoke: "nothing" });
  expect(two.policy).not.toEqual(one.policy);
});

it("an update without a check of its own revokes nothing", async () => {
  configure(dieppe, "dieppe");
  const inputs = await check(DIEPPE, "dieppe");
  await expect(new ConnectedUserProvider().create(inputs)).rejects.toThrow(
    "is not what was checked, so nothing was revoked",
  );
  await expect(
    provider.create({ ...inputs, org: { ...inputs.org, id: "00D000000009999EAA" } }),
  ).rejects.toThrow("is not what was checked, so nothing was revoked");
  expect(dieppe.writes).toEqual([]);
});

it("an update says where the record does not hold what the stack knows of it, and a preview that its policy is not known yet", async () => {
  configure(dieppe, "dieppe");
  const inputs = await check(DIEPPE, "dieppe");
  const { outs } = await provider.create(inputs);
  for (const end of ["", ".head"]) rmSync(path.join(folder, `dieppe.jsonl${end}`));
  const at = Date.now();
  const grant = {
    username: "ada.dubois@dieppe.example",
    app: BOBS_TOOL.name,
    createdAt: at,
    lastUsedAt: at,
    useCount: 1,
  };
  expect(dieppe.store.addGrant(grant)).not.toBeNull();
  await provider.update(inputs.org.id, outs, await check(DIEPPE, "dieppe"));
  expect(engine.of(urn("dieppe"))).toContain(
    `it does not hold ${outs.auditHead}, with which the last update ended: it was begun anew, changed or cut since then`,
  );
  await provider.check(
    {},
    programInputs("04da6b54-80e4-46f7-96ec-b56ff0331ba9", { urn: urn("later"), preview: true }),
  );
  expect(engine.of(urn("later"))).toMatch(/^the policy is not known yet, so nothing is planned here/);
});
