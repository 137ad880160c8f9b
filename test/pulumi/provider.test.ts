import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { ANN, BEN, DIALER, PAYROLL, smallOrg } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { verifyRecord } from "../../src/audit/verifyRecord.ts";
import { ConnectedUserProvider } from "../../src/pulumi/provider.ts";
import { programInputs, URN } from "./programInputs.ts";

const POLICY = {
  version: 1,
  unlisted: "revoke",
  platformApps: "revoke",
  apps: [
    { id: PAYROLL.id, users: "everyone", maxIdleDays: 30 },
    { id: DIALER.id, users: "everyone" },
  ],
  limits: { percent: 100 },
  leavers: { frozen: "report" },
};
const ENGINE = { pid: 7, started: "1000" };
const OLD = "2024-01-05T09:00:00Z";

let org: LocalOrg;
let folder: string;

beforeEach(async () => {
  const grant = (username: string, app: string) => ({
    username,
    app,
    createdAt: OLD,
    lastUsedAt: "2024-02-01T00:00:00Z",
    useCount: 1,
  });
  org = await startLocalOrg({
    org: {
      ...smallOrg(),
      grants: [grant(ANN, "Old Tool"), grant(ANN, PAYROLL.name), grant(BEN, DIALER.name)],
    },
  });
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-shown-"));
});
afterEach(async () => {
  await org?.close();
  rmSync(folder, { recursive: true });
});

const add = (username: string, app: string, createdAt = "2024-01-05T21:00:00Z") =>
  expect(
    org.store.addGrant({
      username,
      app,
      createdAt: Date.parse(createdAt),
      lastUsedAt: Date.parse("2024-02-02T00:00:00Z"),
      useCount: 1,
    }),
  ).not.toBeNull();
const held = () => org.store.grants().map((row) => `${org.store.username(row)} ${row.AppName}`);
const shownFiles = () => {
  const kept = path.join(folder, "shown");
  return existsSync(kept) ? readdirSync(kept).map((name) => path.join(kept, name)) : [];
};
type Stack = Awaited<ReturnType<ConnectedUserProvider["create"]>>["outs"];
/** The first line of the last run. */
const lastRun = () =>
  readFileSync(path.join(folder, "audit.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line.includes('"run-start"'))
    .map((line) => JSON.parse(line))
    .at(-1);

/** A phase of a run of Pulumi, in a provider process of its own: what it plans, or why it does not, and the update. */
async function phase(
  dryRun: boolean,
  { engine = ENGINE as typeof ENGINE | null, urn = URN, policy = POLICY as object, more = {} } = {},
) {
  const provider = new ConnectedUserProvider(engine);
  const config: Record<string, string> = {
    instanceUrl: org.url,
    accessToken: org.accessToken,
    auditFile: path.join(folder, "audit.jsonl"),
    revokesPerSecond: "1000",
    ...more,
  };
  provider.configure({ config: { get: (key) => config[key] } });
  const { inputs, failures } = await provider.check(
    {},
    programInputs({ ...policy }, { urn, preview: dryRun }),
  );
  const planned = Object.entries(inputs?.revocations.__plan?.byApp ?? {}).flatMap(([app, users]) =>
    Object.keys(users).map((user) => `${user} ${app}`),
  );
  return {
    planned,
    refused: failures?.[0]?.reason,
    /** What the stack has then. @param olds what it had before */
    revoke: async (olds?: Stack) =>
      olds === undefined
        ? (await provider.create(inputs!)).outs
        : (await provider.update(org.store.organization.id, olds, inputs!)).outs,
    provider,
  };
}
const preview = (how: Parameters<typeof phase>[1] = {}) => phase(true, how);
const update = (how: Parameters<typeof phase>[1] = {}) => phase(false, how);

describe("an update is held to what the preview of the same run showed", () => {
  it("what came since is left, and the record has the preview that it was held to", async () => {
    const shown = await preview();
    expect(shown.planned).toEqual([`${ANN} Old Tool`, `${ANN} ${PAYROLL.name}`]);
    add(BEN, "Old Tool");
    add(BEN, "New Evil");
    const { planned, revoke } = await update();
    expect(planned).toEqual(shown.planned);
    expect(await revoke()).toMatchObject({ grants: 5, revoked: 2, reported: 1, drift: 2 });
    expect(held()).toEqual([`${BEN} ${DIALER.name}`, `${BEN} Old Tool`, `${BEN} New Evil`]);
    expect(lastRun().approval).toEqual({
      kind: "preview",
      at: expect.stringMatching(/^20\d\d-.*Z$/),
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it("a second grant of the pair goes by a rule of the user and the app, and stays by a rule of time", async () => {
    await preview();
    add(ANN, "Old Tool");
    add(ANN, PAYROLL.name); // of the same day, last used in the same month
    const { revoke } = await update();
    await revoke();
    expect(held()).toEqual([`${BEN} ${DIALER.name}`, `${ANN} ${PAYROLL.name}`]);
    expect(org.store.grants().at(-1)!.CreatedDate).toBe(Date.parse("2024-01-05T21:00:00Z"));
  });

  it("where it showed nothing, nothing is revoked", async () => {
    for (const row of [...org.store.grants()])
      if (row.AppName !== DIALER.name) org.store.revoke(String(row.DeleteToken));
    expect((await preview()).planned).toEqual([]);
    add(BEN, "New Evil");
    expect((await update()).planned).toEqual([]);
  });

  it("limits are judged on what is left of it: new violations stop no approved update", async () => {
    const policy = { ...POLICY, limits: { percent: 100, revocations: 2 } };
    await preview({ policy });
    add(BEN, "New Evil");
    expect(await update({ policy })).toMatchObject({ planned: { length: 2 }, refused: undefined });
    expect((await update({ policy, urn: "other" })).refused).toContain(
      "3 revocations are over the limit of 2",
    );
  });

  it("beside an approved plan it is held to both, and the record has the plan", async () => {
    const file = path.join(folder, "approved.json");
    const { openObserver } = await import("../../src/run/open.ts");
    const { planFile } = await import("../../src/plan/planFile.ts");
    const observer = openObserver({
      folder,
      env: { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken },
    });
    add(BEN, "Old Tool");
    const approved = planFile(await observer.observe(observer.want({ ...POLICY })), { all: false });
    writeFileSync(file, JSON.stringify(approved));
    org.store.revoke(String(org.store.grants().at(-1)!.DeleteToken));
    const more = { approvedPlan: file };
    await preview({ more });
    add(BEN, "Old Tool");
    add(BEN, "New Evil");
    const { planned, revoke } = await update({ more });
    expect(planned).toEqual([`${ANN} Old Tool`, `${ANN} ${PAYROLL.name}`]);
    expect((await revoke()).drift).toBe(2);
    expect(lastRun().approval).toMatchObject({ kind: "plan", file, digest: approved.digest });
  });
});

describe("a preview binds the update of its own run alone", () => {
  it.each([
    ["of another engine", { engine: { pid: 8, started: "1000" } }],
    ["of an engine that had the same number before", { engine: { pid: 7, started: "999" } }],
    ["of another resource", { urn: `${URN}-too` }],
  ])("not one %s", async (_which, how) => {
    await preview(how);
    add(BEN, "New Evil");
    const { planned, revoke } = await update();
    expect(planned).toContain(`${BEN} New Evil`);
    await revoke();
    expect(lastRun().approval).toBeNull();
  });

  it("and one of another run does not widen it", async () => {
    await preview();
    add(BEN, "New Evil");
    await preview({ engine: { pid: 8, started: "1000" } });
    expect((await update()).planned).not.toContain(`${BEN} New Evil`);
  });

  it("two resources are held to what each of them showed", async () => {
    const [one, two] = [URN, `${URN}-too`];
    const other = { ...POLICY, unlisted: "report" };
    await preview({ urn: one });
    await preview({ urn: two, policy: other });
    add(BEN, "Old Tool");
    add(BEN, PAYROLL.name);
    expect((await update({ urn: one })).planned).toEqual([`${ANN} Old Tool`, `${ANN} ${PAYROLL.name}`]);
    expect((await update({ urn: two, policy: other })).planned).toEqual([`${ANN} ${PAYROLL.name}`]);
  });

  it("one that failed or was refused binds nothing, nor does one before it", async () => {
    await preview();
    expect((await preview({ policy: { ...POLICY, limits: { revocations: 0 } } })).refused).toContain(
      "over the limit",
    );
    expect(shownFiles()).toEqual([]);
    await preview();
    expect((await preview({ policy: { version: 2 } })).refused).toContain("version");
    expect(shownFiles()).toEqual([]);
  });

  it("where the engine cannot be told, it is the newest of the resource within an hour", async () => {
    const engine = null;
    await preview({ engine });
    add(BEN, "New Evil");
    expect((await update({ engine })).planned).not.toContain(`${BEN} New Evil`);
    const [file] = shownFiles();
    const { digest: _, ...shown } = JSON.parse(readFileSync(file!, "utf8"));
    const { digestOf } = await import("../../src/plan/digest.ts");
    const older = { ...shown, at: shown.at - 3_600_001 };
    writeFileSync(file!, JSON.stringify({ ...older, digest: digestOf(older) }));
    expect((await update({ engine })).planned).toContain(`${BEN} New Evil`);
  });
});

describe("what was shown is kept in a file", () => {
  it("for its owner alone, which names nobody", async () => {
    await preview();
    const [file] = shownFiles();
    expect(statSync(file!).mode & 0o777).toBe(0o600);
    const text = readFileSync(file!, "utf8");
    for (const name of [ANN, "Old Tool", PAYROLL.id, "0050000"]) expect(text).not.toContain(name);
  });

  it("for a day", async () => {
    await preview();
    const [before] = shownFiles();
    utimesSync(before!, new Date(), new Date(Date.now() - 25 * 3_600_000));
    await preview({ urn: `${URN}-too` });
    expect(shownFiles()).toHaveLength(1);
    expect(shownFiles()).not.toContain(before);
  });

  it.each<[how: string, tamper: (file: string, text: string) => void]>([
    ["changed", (file, text) => writeFileSync(file, text.replace('"grants"', '"pair"'))],
    ["cut off", (file, text) => writeFileSync(file, text.slice(0, -9))],
    ["another thing", (file) => writeFileSync(file, "null")],
    ["emptied", (file) => writeFileSync(file, "")],
  ])("and refused when it is %s: nothing is revoked", async (_how, tamper) => {
    await preview();
    const [file] = shownFiles();
    tamper(file!, readFileSync(file!, "utf8"));
    const { refused } = await update();
    expect(refused).toMatch(
      /^What the preview of this run showed is not known: .* was changed\. Nothing was revoked/,
    );
    expect(refused).toContain("Run `npx pulumi up` again.");
  });

  it("and refused when the policy is another by then", async () => {
    await preview();
    const { refused } = await update({ policy: { ...POLICY, unlisted: "report" } });
    expect(refused).toContain("The preview of this run was of another policy or org than its update");
  });

  it("where it cannot be kept, a preview shows all the same, and an update has nothing to revoke or revokes nothing", async () => {
    writeFileSync(path.join(folder, "shown"), "");
    expect((await preview()).planned).toHaveLength(2);
    expect((await update()).refused).toMatch(
      /^What a preview shows cannot be kept in .*shown \(EEXIST\), so that no update can be held to it\. Nothing was revoked\./,
    );
    expect(await update({ policy: { ...POLICY, mode: "report" } })).toMatchObject({
      planned: [],
      refused: undefined,
    });
  });

  it("beside what cannot be swept", async () => {
    const junk = path.join(folder, "shown", "junk");
    mkdirSync(junk, { recursive: true });
    utimesSync(junk, new Date(), new Date(Date.now() - 25 * 3_600_000));
    await preview();
    add(BEN, "New Evil");
    expect((await update()).planned).not.toContain(`${BEN} New Evil`);
  });
});

it("what keeps an update from its first call is said with its code", async () => {
  mkdirSync(path.join(folder, "record"));
  const { revoke } = await update({ more: { auditFile: path.join(folder, "record") } });
  await expect(revoke()).rejects.toThrow(/\[audit-record-[a-z-]+\]$/);
  expect(held()).toHaveLength(3);
});

describe("the hash that the record ends with is kept in the stack", () => {
  const head = () => verifyRecord(readFileSync(path.join(folder, "audit.jsonl"), "utf8"), []).head;

  it("from the first update that revokes on, whole, and through updates and refreshes that do not", async () => {
    const reporting = { ...POLICY, mode: "report" };
    const none = await (await update({ policy: reporting })).revoke();
    expect(none).not.toHaveProperty("auditHead");
    const first = await (await update()).revoke(none);
    expect(first.auditHead).toBe(head());
    const idle = await (await update({ policy: reporting })).revoke(first);
    expect(idle.auditHead).toBe(head());
    const read = await (await update()).provider.read("id", idle);
    expect([read.props.auditHead, "auditHead" in read.inputs]).toEqual([head(), false]);
    add(BEN, "Old Tool");
    const second = await (await update()).revoke(read.props);
    expect(second.auditHead).toBe(head());
    expect(second.auditHead).not.toBe(first.auditHead);
    expect(lastRun().before).toEqual({ head: first.auditHead, found: "last" });
  });

  it("and the next run puts on record where it is: not there, where the record began anew", async () => {
    const first = await (await update()).revoke();
    expect(lastRun().before).toBeNull();
    for (const end of ["", ".head"]) rmSync(path.join(folder, `audit.jsonl${end}`));
    add(BEN, "Old Tool");
    const second = await (await update()).revoke(first);
    expect(lastRun().before).toEqual({ head: first.auditHead, found: "not there" });
    add(BEN, "Old Tool");
    await (await update()).revoke({ ...second, auditHead: "no hash" });
    expect(lastRun().before).toBeNull();
  });

  it("where some of it did not succeed, too", async () => {
    org.setFaults([{ kind: "status", match: "/revoke", status: 400, count: 1 }]);
    const { revoke } = await update();
    const failed = await revoke().then(
      () => null,
      (error) => error,
    );
    expect(failed.properties.auditHead).toBe(head());
  });
});
