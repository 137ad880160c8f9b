/**
 * `npm run container`: makes a repository as `sanctioned new` does, builds its container file with Buildah, and runs what that makes, read-only, against a
 * local org on the real engine. One line of JSON, with what is `wrong`.
 */
import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chownSync,
  copyFileSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { LOCAL_ORG, packTarballs, ROOT } from "./consumers/tarballs.ts";
import { Builder, PROGRAMS, type Ran, runReadOnly } from "./container/image.ts";
import { ensureEngine } from "./engine/ensure.ts";

const run = promisify(execFile);
/** Written into each file that must not go into the image. */
const SECRET = "hush-4711";
const STACK = "simulator";

const missing = PROGRAMS.filter((name) => spawnSync("sh", ["-c", `command -v ${name}`]).status !== 0);
if (process.getuid?.() !== 0 || missing.length > 0) {
  console.error(
    `This needs root and ${PROGRAMS.join(" and ")} (Debian: apt-get install ${PROGRAMS.join(" ")}).`,
  );
  process.exit(1);
}

const scratch = mkdtempSync(path.join(tmpdir(), "sanctioned-container-"));
const builder = new Builder(scratch);
const wrong: string[] = [];
const hold = (what: string, isSo: boolean, ran?: Ran) => {
  if (!isSo) wrong.push(ran === undefined ? what : `${what}: ${ran.code} ${ran.output.slice(-2_000)}`);
};
try {
  const { engine, repository, state } = await makeRepository();
  const releases = await serve(path.dirname(engine));
  const org = await startLocalOrg({ org: dieppeTrading() });
  try {
    const image = await builder.build(repository, [
      ...[
        "--build-arg",
        `NODE_IMAGE=${await builder.base()}`,
        "--build-arg",
        `PULUMI_RELEASES=${releases.url}`,
      ],
      ...[
        "--build-arg",
        `PULUMI_SHA256_X64=${releases.sha256}`,
        "--build-arg",
        `PULUMI_SHA256_ARM64=${releases.sha256}`,
      ],
      ...["--secret", `id=npmrc,src=${path.join(scratch, "npmrc")}`],
    ]);
    const { User, Entrypoint } = image.config;
    hold("another user", User === "1000:1000");
    hold("another entry point", Entrypoint?.join(" ") === "/usr/bin/tini -s --");
    const found = readdirSync(path.join(image.root, "repository")).sort().join(" ");
    const wanted = `.sanctioned Pulumi.${STACK}.yaml Pulumi.yaml index.js node_modules orgs.yaml package-lock.json package.json policy ${LOCAL_ORG}-0.1.0.tgz sanctioned-0.1.0.tgz schema`;
    hold(`holds ${found}`, found === wanted.split(" ").sort().join(" "));
    const kept = spawnSync("grep", ["-rlF", "--", SECRET, path.join(scratch, "store")], { encoding: "utf8" });
    hold(`a secret is in ${kept.stdout}`, kept.status === 1);

    const env = {
      ...{ SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken, NO_COLOR: "1" },
      ...{ PULUMI_BACKEND_URL: "file:///mnt", PULUMI_CONFIG_PASSPHRASE: "container" },
    };
    const inside = (volumes: Record<string, string>, ...command: string[]) =>
      runReadOnly(image, command, env, { "/mnt": state, ...volumes });
    const help = await inside({}, "sanctioned", "--help");
    hold("no help", help.code === 0 && help.output.startsWith("Usage: sanctioned"), help);
    const written = await inside({}, "touch", "x");
    hold("the image can be written", written.code !== 0, written);
    const plan = await inside({}, "sanctioned", "fleet", "plan");
    hold("no plan", plan.code === 0 && /12 revo/.test(plan.output), plan);
    const up = ["pulumi", "up", "--yes", "--non-interactive", "--skip-preview", "--stack", STACK];
    const refused = await inside({}, ...up);
    hold("it revokes without a record", refused.code !== 0 && org.store.grants().length === 448, refused);
    const records = owned("records");
    const updated = await inside({ "/repository/.sanctioned": records }, ...up);
    hold("no update", updated.code === 0 && org.store.grants().length === 436, updated);
    hold(
      "no record",
      readdirSync(records).some((name) => name.endsWith(".jsonl")),
    );
  } finally {
    releases.close();
    await org.close();
    await builder.close();
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(JSON.stringify({ builder: PROGRAMS[0], wrong }));
process.exitCode = wrong.length === 0 ? 0 : 1;

/** A folder that the user of the image can write. */
function owned(name: string): string {
  const folder = path.join(scratch, name);
  mkdirSync(folder);
  chownSync(folder, 1000, 1000);
  return folder;
}

/** A repository from the packed packages, with a stack, and with files that hold secrets. */
async function makeRepository(): Promise<{ engine: string; repository: string; state: string }> {
  const repository = path.join(scratch, "acme");
  await run(process.execPath, [
    path.join(ROOT, "bin/sanctioned.js"),
    "new",
    repository,
    "--example",
    "--ci",
    "none",
  ]);
  const file = path.join(repository, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  const packed = await packTarballs();
  for (const [name, section] of [
    ["sanctioned", manifest.dependencies],
    [LOCAL_ORG, manifest.devDependencies],
  ] as const) {
    const tarball = path.basename(packed[name].tarball);
    copyFileSync(packed[name].tarball, path.join(repository, tarball));
    section[name] = `file:${tarball}`;
  }
  writeFileSync(file, JSON.stringify(manifest));
  await run("npm", ["install", "--package-lock-only", "--no-audit", "--no-fund"], { cwd: repository });
  for (const name of [".env", "policy/.env", "policy/server.key", "plan.json"])
    writeFileSync(path.join(repository, name), SECRET);
  writeFileSync(path.join(scratch, "npmrc"), `cafile=/etc/ssl/certs/ca-certificates.crt\n; ${SECRET}\n`);

  const state = owned("state");
  const { bin } = await ensureEngine();
  const env = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "container",
  };
  await run(bin, ["stack", "init", STACK, "--non-interactive"], { cwd: repository, env });
  await run("chown", ["--recursive", "1000:1000", state]);
  return { engine: bin, repository, state };
}

/** A mirror of Pulumi's releases that has the engine of this machine. */
async function serve(folder: string): Promise<{ url: string; sha256: string; close: () => void }> {
  const archive = path.join(scratch, "pulumi.tar.gz");
  const files = readdirSync(folder).filter((name) => name.startsWith("pulumi"));
  await run("tar", ["-czhf", archive, "--transform", "s,^,pulumi/,", "-C", folder, ...files]);
  const sha256 = createHash("sha256").update(readFileSync(archive)).digest("hex");
  const server = createServer((_, response) => void createReadStream(archive).pipe(response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, sha256, close: () => server.close() };
}
