import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { PulumiProject } from "../test/pulumi/pulumiRun.ts";
import { compilePrograms } from "./consumers/compile.ts";
import { packTarballs } from "./consumers/tarballs.ts";

/** Between the compiler that Pulumi brings and this checkout's, which the tests take: where resolution changed, and the newest of each. */
const COMPILERS = ["4.7.4", "4.9.5", "5.0.4", "5.4.5", "5.7.3", "5.9.3"];
const { peerDependencies, devDependencies } = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../package.json"), "utf8"),
);
const range: string = peerDependencies["@pulumi/pulumi"];
const LEAST = /\d+\.\d+\.\d+/.exec(range)![0];
/** The least, this checkout's, and the newest. */
const SDKS: readonly string[] = [LEAST, devDependencies["@pulumi/pulumi"], range];

const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { ConnectedUserPolicy, SalesforceOrg } = require("sanctioned");
const { ACME_URL: instanceUrl, ACME_TOKEN: accessToken } = process.env;
const provider = new SalesforceOrg("acme", { instanceUrl, accessToken });
const policy = {
  version: 1,
  unlisted: "report",
  apps: [{ name: "Old Tool", sanctioned: false, reason: "for the test" }],
  limits: { percent: 100 },
};
const made = new ConnectedUserPolicy("acme", { policy }, { provider });
exports.seen = [made instanceof pulumi.Resource, made.org.name, require("@pulumi/pulumi/version").version];
`;

const run = promisify(execFile);

/** `npm run consumers`: installs the packed package from the registry beside versions of Pulumi's SDK and of TypeScript, and uses it. */
const { sanctioned } = await packTarballs();
const scratch = mkdtempSync(path.join(tmpdir(), "sanctioned-consumers-"));
// A copy: what is packed goes when the checkout is packed anew.
const tarball = path.join(scratch, path.basename(sanctioned.tarball));
copyFileSync(sanctioned.tarball, tarball);
let wrong = 0;
try {
  for (const sdk of SDKS) report({ sdk, ...(await runBeside(sdk)) });
  const folder = await install("compilers", [
    ...COMPILERS.map((version) => `typescript-${version}@npm:typescript@${version}`),
    `@pulumi/pulumi@${LEAST}`,
  ]);
  for (const version of COMPILERS) {
    const compiler = path.join(folder, "node_modules", `typescript-${version}`, "lib/typescript.js");
    report({ typescript: version, wrong: compilePrograms(folder, compiler).wrong });
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = wrong === 0 ? 0 : 1;

function report(row: Readonly<Record<string, unknown>> & { readonly wrong: readonly string[] }): void {
  console.log(JSON.stringify(row));
  wrong += row.wrong.length;
}

async function install(name: string, packages: readonly string[]): Promise<string> {
  const folder = path.join(scratch, name);
  mkdirSync(folder);
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "acme", version: "1.0.0" }));
  await run("npm", ["install", "--no-audit", "--no-fund", tarball, ...packages], { cwd: folder });
  return folder;
}

/** A preview, an update and a clean preview with one version of Pulumi's SDK, which is the program's and the resource's. */
async function runBeside(sdk: string): Promise<{ version: string; wrong: string[] }> {
  const folder = await install(`sdk-${SDKS.indexOf(sdk)}`, [`@pulumi/pulumi@${sdk}`]);
  const yaml = `name: acme\nruntime: { name: nodejs, options: { typescript: false } }\nbackend: { url: "file://./.pulumi-state" }\n`;
  writeFileSync(path.join(folder, "Pulumi.yaml"), yaml);
  writeFileSync(path.join(folder, "index.js"), PROGRAM);
  const org = await startLocalOrg({ org: smallOrg() });
  try {
    const project = await PulumiProject.of(folder, { ACME_URL: org.url, ACME_TOKEN: org.accessToken });
    const drifted = await project.run("preview", "--expect-no-changes");
    const up = await project.run("up", "--yes", "--skip-preview");
    const clean = await project.run("preview", "--expect-no-changes");
    const outputs = JSON.parse((await project.run("stack", "output", "--json")).output);
    const [isResource, name, version] = outputs.seen ?? [];
    const seen = {
      codes: [drifted.code, up.code, clean.code].join(),
      isResource,
      name,
      left: org.store.grants().some(({ AppName }) => AppName === "Old Tool"),
    };
    const wanted = { codes: "7,0,0", isResource: true, name: "Small Org", left: false };
    const isRight = JSON.stringify(seen) === JSON.stringify(wanted);
    return { version, wrong: isRight ? [] : [JSON.stringify(seen), up.output] };
  } finally {
    await org.close();
  }
}
