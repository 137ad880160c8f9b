import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { DIALER, PAYROLL, PORTAL, smallOrg } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { shownPrograms } from "../../scripts/consumers/compile.ts";
import { consumersFolder } from "../../scripts/consumers/folder.ts";
import { PulumiProject } from "../pulumi/pulumiRun.ts";

/** Programs of others, in folders of their own, with the package from its tarball. */
let folder: string;
let acme: LocalOrg;
let globex: LocalOrg;
/** The org that the environment leads to. */
let bystander: LocalOrg;

const orgNamed = (name: string, id: string) =>
  startLocalOrg({ org: { ...smallOrg(), organization: { id, name, isSandbox: true } } });

beforeEach(async () => {
  folder = await consumersFolder();
  acme = await orgNamed("Acme", "00D000000000011AAA");
  globex = await orgNamed("Globex", "00D000000000012AAA");
  bystander = await orgNamed("Bystander", "00D000000000013AAA");
}, 180_000);
afterEach(async () => {
  await Promise.all([acme, globex, bystander].map((org) => org.close()));
  rmSync(folder, { recursive: true, force: true });
});

/** A project in the consumer's folder, whose environment leads to the bystander. @param options of its runtime, in YAML */
function projectOf(files: Record<string, string>, options: string): Promise<PulumiProject> {
  const yaml = `name: consumer\nruntime: { name: nodejs, options: { ${options} } }\nbackend: { url: "file://./.pulumi-state" }\n`;
  for (const [name, text] of Object.entries({ "Pulumi.yaml": yaml, ...files }))
    writeFileSync(path.join(folder, name), text);
  return PulumiProject.of(folder, {
    SF_ORG_INSTANCE_URL: bystander.url,
    SF_ACCESS_TOKEN: bystander.accessToken,
    ACME_URL: acme.url,
    ACME_TOKEN: acme.accessToken,
    GLOBEX_URL: globex.url,
    GLOBEX_TOKEN: globex.accessToken,
  });
}

const held = (org: LocalOrg) =>
  org.store
    .grants()
    .map(({ AppName }) => String(AppName))
    .sort();

/** A function of a program: a policy that denies apps by name and reports the others. */
const DENY = `const deny = (...names) => ({
  version: 1,
  unlisted: "report",
  apps: names.map((name) => ({ name, sanctioned: false, reason: "for the test" })),
  limits: { percent: 100 },
});`;

const MANY_ORGS = `
const pulumi = require("@pulumi/pulumi");
const { ConnectedUserPolicy, SalesforceOrg } = require("sanctioned");
${DENY}
const { ACME_URL, ACME_TOKEN, GLOBEX_URL, GLOBEX_TOKEN } = process.env;
const acme = new SalesforceOrg("acme", { instanceUrl: ACME_URL, accessToken: ACME_TOKEN, maxApiShare: 0.5 });
const globex = new SalesforceOrg("globex", { instanceUrl: GLOBEX_URL, accessToken: pulumi.secret(GLOBEX_TOKEN) });
class Team extends pulumi.ComponentResource {
  constructor(name, opts) {
    super("acme:index:Team", name, {}, opts);
  }
}
const team = new Team("team", { providers: [acme] });
const first = new ConnectedUserPolicy("first", { policy: deny("Old Tool") }, { provider: acme });
new ConnectedUserPolicy("second", { policy: deny("Dialer") }, { parent: team });
new ConnectedUserPolicy("third", { policy: deny("Old Tool", "Dialer") }, { provider: globex });
exports.org = first.org.name;
exports.isResource = first instanceof pulumi.Resource;
`;

/** What the engine prints under one resource at the end of each phase. */
function linesUnder(output: string, name: string): string[] {
  const parts = output.split(/^ {2}(?=pulumi-nodejs:\S+ \(\w+\):$)/m);
  return parts
    .filter((part) => part.startsWith(`pulumi-nodejs:dynamic/sanctioned:ConnectedUserPolicy (${name}):`))
    .flatMap((part) => part.split("\n\n")[0]!.split("\n").slice(1))
    .map((line) => line.trim());
}

it("a CommonJS program keeps several orgs, and two resources of one: what was planned for each is revoked for each", async () => {
  const project = await projectOf({ "index.js": MANY_ORGS }, "typescript: false");
  const up = await project.run("up", "--yes");
  expect([up.code, up.output]).toEqual([0, expect.stringMatching(/isResource: true\n {4}org {7}: "Acme"/)]);
  const left = [PORTAL.name, PAYROLL.name].sort();
  expect([held(acme), held(globex)]).toEqual([left, left]);
  const all = [DIALER.name, "Old Tool", ...left].sort();
  expect([held(bystander), bystander.requests.length]).toEqual([all, 0]);

  // Each under its own URN, below a component too, and in the record of its own org.
  const said = (name: string) => linesUnder(up.output, name);
  expect(said("first")).toContain("1 revocation planned: 1 × Old Tool (app-denied)");
  expect(said("second")).toContain("1 revocation planned: 1 × Dialer (app-denied)");
  expect(said("third")).toContain(
    "2 revocations planned: 1 × Dialer (app-denied), 1 × Old Tool (app-denied)",
  );
  const revoked = (name: string) => said(name).filter((line) => line.includes(" revoked; "));
  for (const [name, count, org] of [
    ["first", 1, 11],
    ["second", 1, 11],
    ["third", 2, 12],
  ] as const)
    expect(revoked(name)).toEqual([
      expect.stringMatching(
        `^${count} revoked; on record in .sanctioned/audit-00D0000000000${org}AAA.jsonl `,
      ),
    ]);

  const next = await project.run("preview", "--diff", "--json", "--expect-no-changes");
  expect([next.code, JSON.parse(next.output).changeSummary]).toEqual([0, { same: 7 }]);

  // The tokens of the program, plain or not, are nowhere to be read, and the state is taken for what it is.
  const exported = await project.run("stack", "export");
  await project.write("state.json", exported.output);
  expect(await project.cli("verify-state", "state.json")).toMatchObject({ code: 0 });
  const everything = [up, next, exported].map(({ output }) => output).join("") + (await project.state());
  for (const { accessToken } of [acme, globex, bystander]) expect(everything).not.toContain(accessToken);
});

const POLICY = `version: 1
unlisted: report
apps: [{ name: Old Tool, sanctioned: false, reason: for the test }]
limits: { percent: 100 }
`;

it("a TypeScript program runs by the compiler that Pulumi brings, and a Node that is too old is one sentence", async () => {
  mkdirSync(path.join(folder, "policy"));
  const files = { "index.ts": shownPrograms("ts")[0]!, "policy/acme.yaml": POLICY };
  const project = await projectOf(files, "typescript: true");
  const preview = await project.run("preview", "--diff");
  expect([preview.code, preview.output]).toEqual([
    0,
    expect.stringMatching(/^- Old Tool: ann@small\.example \(app denied, policy\/acme\.yaml:3\)/m),
  ]);

  // A `node` that is first on the PATH and takes itself for an old one, as a global `pulumi` may find it.
  const old = path.join(folder, "old");
  mkdirSync(old);
  const asOld = `data:text/javascript,Object.defineProperty(process,'version',{value:'v20.20.2'})`;
  writeFileSync(path.join(old, "node"), `#!/bin/sh\nexec "${process.execPath}" --import "${asOld}" "$@"\n`, {
    mode: 0o755,
  });
  const PATH = [old, project.env.PATH].join(path.delimiter);
  const refused = await project.runWith({ PATH }, "preview");
  const diagnostics = refused.output.split("Diagnostics:\n")[1]!.split("\n\n")[0];
  expect([refused.code, diagnostics]).toEqual([
    1,
    expect.stringMatching(
      /^ {2}pulumi:pulumi:Stack \(consumer-simulator\):\n {4}error: sanctioned needs Node 22\.12 or later; this is v20\.20\.2\. .*$/,
    ),
  ]);
  expect(refused.output).not.toMatch(/^\s+at /m);
});

it("the Automation API runs an inline program: what its plan approved is revoked, and then all is clean", async () => {
  mkdirSync(path.join(folder, "policy"));
  const project = await projectOf({ "main.js": shownPrograms("js")[1]!, "policy/acme.yaml": POLICY }, "");
  const env = {
    PULUMI_BACKEND_URL: `file://${path.join(folder, ".pulumi-state")}`,
    PATH: [path.dirname(project.engine), project.env.PATH].join(path.delimiter),
  };
  expect(await project.node("main.js", env)).toEqual({ code: 0, output: "" });
  expect(held(bystander)).not.toContain("Old Tool");
});
