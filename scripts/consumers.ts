import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { PulumiProject } from "../test/pulumi/pulumiRun.ts";
import { compilePrograms } from "./consumers/compile.ts";
import { OLDEST, oldestNode } from "./consumers/oldestNode.ts";
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
exports.seen = [
  made instanceof pulumi.Resource,
  made.org.name,
  require("@pulumi/pulumi/version").version,
  process.versions.node,
];
`;

const run = promisify(execFile);

/** `npm run consumers`: installs the packed package from the registry beside versions of Pulumi's SDK, of Node and of TypeScript, and uses it. */
const { sanctioned } = await packTarballs();
const scratch = mkdtempSync(path.join(tmpdir(), "sanctioned-consumers-"));
// A copy: what is packed goes when the checkout is packed anew.
const tarball = path.join(scratch, path.basename(sanctioned.tarball));
copyFileSync(sanctioned.tarball, tarball);
let wrong = 0;
try {
  for (const sdk of SDKS) report({ sdk, ...(await runBeside(sdk)) });
  if (OLDEST !== undefined)
    report({ sdk: range, node: OLDEST, ...(await runBeside(range, await oldestNode())) });
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

/** @param node the folder of the Node with which to install it, which each package has to take */
async function install(name: string, packages: readonly string[], node?: string): Promise<string> {
  const folder = path.join(scratch, name);
  mkdirSync(folder);
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "acme", version: "1.0.0" }));
  const npm = ["install", "--no-audit", "--no-fund", tarball, ...packages];
  if (node === undefined) await run("npm", npm, { cwd: folder });
  else await run("npm", [...npm, "--engine-strict"], { cwd: folder, env: withNode(node) });
  return folder;
}

/** The environment, with another Node first on the PATH, and with node:sqlite where that has it only when asked for. */
function withNode(node: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: [node, process.env.PATH].join(path.delimiter),
    NODE_OPTIONS: "--experimental-sqlite",
  };
}

/** A preview, an update and a clean preview with one version of Pulumi's SDK, which is the program's and the resource's. */
async function runBeside(sdk: string, node?: string): Promise<{ version: string; wrong: string[] }> {
  const name = node === undefined ? `sdk-${SDKS.indexOf(sdk)}` : "oldest-node";
  const folder = await install(name, [`@pulumi/pulumi@${sdk}`], node);
  const yaml = `name: acme\nruntime: { name: nodejs, options: { typescript: false } }\nbackend: { url: "file://./.pulumi-state" }\n`;
  writeFileSync(path.join(folder, "Pulumi.yaml"), yaml);
  writeFileSync(path.join(folder, "index.js"), PROGRAM);
  const org = await startLocalOrg({ org: smallOrg() });
  try {
    const { PATH, NODE_OPTIONS } = node === undefined ? {} : withNode(node);
    const project = await PulumiProject.of(folder, {
      ACME_URL: org.url,
      ACME_TOKEN: org.accessToken,
      ...(node === undefined ? {} : { PATH, NODE_OPTIONS }),
    });
    const drifted = await project.run("preview", "--expect-no-changes");
    const up = await project.run("up", "--yes", "--skip-preview");
    const clean = await project.run("preview", "--expect-no-changes");
    const outputs = JSON.parse((await project.run("stack", "output", "--json")).output);
    const [isResource, name, version, ranOn] = outputs.seen ?? [];
    const seen = {
      isNode: node === undefined || ranOn === OLDEST,
      codes: [drifted.code, up.code, clean.code].join(),
      isResource,
      name,
      left: org.store.grants().some(({ AppName }) => AppName === "Old Tool"),
    };
    const wanted = { isNode: true, codes: "7,0,0", isResource: true, name: "Small Org", left: false };
    const isRight = JSON.stringify(seen) === JSON.stringify(wanted);
    return { version, wrong: isRight ? [] : [JSON.stringify(seen), up.output] };
  } finally {
    await org.close();
  }
}
