import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import dockerignore from "@balena/dockerignore";
import { DockerfileParser, type Instruction } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { describe, expect, it, onTestFinished } from "vitest";

/** CommonJS, of which the types say that it has a default. */
const ignoredByDocker = dockerignore as unknown as typeof dockerignore.default;

const ROOT = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");
const DOCKERFILE = read("templates/Dockerfile");
const IGNORED = read("templates/dockerignore");

/** Of a line with its keyword and flags, such as `--mount`, what comes after those. */
interface Step {
  readonly keyword: string;
  readonly text: string;
  /** Which FROM it comes after; 0 before the first. */
  readonly stage: number;
}

function stepsOf(dockerfile: string): Step[] {
  let stage = 0;
  return DockerfileParser.parse(dockerfile)
    .getInstructions()
    .map((instruction: Instruction) => {
      const keyword = instruction.getKeyword();
      if (keyword === "FROM") stage += 1;
      return { keyword, text: instruction.getArgumentsContent() ?? "", stage };
    });
}

const of = (steps: readonly Step[], ...keywords: string[]) =>
  steps.filter(({ keyword }) => keywords.includes(keyword)).map(({ text }) => text);
const last = (steps: readonly Step[], keyword: string) => of(steps, keyword).at(-1) ?? "";
const { devDependencies } = JSON.parse(read("package.json"));
const checksums = new Map(
  read("engine/checksums.txt")
    .trim()
    .split("\n")
    .map((line) => line.split("  ").reverse() as [string, string]),
);
const released = (arch: string) => checksums.get(`pulumi-v${devDependencies.pulumi}-linux-${arch}.tar.gz`);

/** A rule, what it is that it looks at, and a change of the file that breaks it. */
const rules: [string, (steps: readonly Step[]) => boolean, [string, string]][] = [
  [
    "every image is of an exact version",
    (steps) =>
      of(steps, "FROM").every((text) => /^\$\{NODE_IMAGE\}/.test(text)) &&
      /^NODE_IMAGE=\S+:\d+\.\d+\.\d+-\S+$/.test(of(steps, "ARG")[0]!),
    ["24.21.0-bookworm-slim\n", "latest\n"],
  ],
  [
    "it runs as a user that is a number, and not root",
    (steps) => /^[1-9]\d*:[1-9]\d*$/.test(last(steps, "USER")),
    ["USER 1000:1000", "USER root"],
  ],
  [
    "nothing that is built in is a secret, by its name",
    (steps) =>
      !of(steps, "ARG", "ENV").some((text) => /token|secret|passw|passphrase|credential|_key\b/i.test(text)),
    ["PULUMI_HOME=", "PULUMI_ACCESS_TOKEN="],
  ],
  [
    "packages of Debian come without what they recommend, and leave no list behind",
    (steps) =>
      of(steps, "RUN")
        .filter((text) => text.includes("apt-get"))
        .every((text) =>
          /apt-get update.+install --yes --no-install-recommends .+rm -rf \/var\/lib\/apt\/lists/s.test(text),
        ),
    ["--no-install-recommends ca-certificates git", "ca-certificates git"],
  ],
  [
    "what is downloaded is held against its hash before it is unpacked",
    (steps) =>
      of(steps, "ADD").length === 0 &&
      of(steps, "RUN")
        .filter((text) => text.includes("curl --"))
        .every((text) => /^set -eu;.+curl .+sha256sum --check.+tar /s.test(text)),
    ["| sha256sum --check --quiet", "| cat"],
  ],
  [
    "the engine is the one that was tested, by the hashes of its release",
    (steps) => {
      const args = of(steps, "ARG");
      return (
        args.includes(`PULUMI_VERSION=${devDependencies.pulumi}`) &&
        args.includes(`PULUMI_SHA256_X64=${released("x64")}`) &&
        args.includes(`PULUMI_SHA256_ARM64=${released("arm64")}`)
      );
    },
    ["PULUMI_SHA256_X64=94", "PULUMI_SHA256_X64=95"],
  ],
  [
    "what is installed is what the lock file says, and no script of it runs",
    (steps) =>
      of(steps, "RUN").some((text) => /npm ci --omit=dev --ignore-scripts /.test(text)) &&
      !of(steps, "RUN").some((text) => /npm (install|i|exec)\b|npx /.test(text)),
    ["npm ci --omit=dev", "npm install --omit=dev"],
  ],
  [
    "signals reach what runs: the entry point is no shell",
    (steps) =>
      last(steps, "ENTRYPOINT") === '["/usr/bin/tini", "-s", "--"]' && last(steps, "CMD").startsWith("["),
    ['CMD ["sanctioned", "--help"]', "CMD sanctioned --help"],
  ],
  [
    "packages are installed before what changes daily is copied",
    (steps) => {
      const texts = steps.map(({ text }) => text);
      return texts.findIndex((text) => text.includes("npm ci")) < texts.indexOf(". .");
    },
    ["COPY package.json package-lock.json *.tgz ./\n", "COPY . .\n"],
  ],
];

describe("the container file of a repository", () => {
  it("has nothing that a linter finds", () => {
    expect(validate(DOCKERFILE)).toEqual([]);
  });

  it.each(rules)("%s", (_, holds, [part, instead]) => {
    expect(holds(stepsOf(DOCKERFILE))).toBe(true);
    expect(DOCKERFILE).toContain(part);
    expect(holds(stepsOf(DOCKERFILE.replaceAll(part, instead)))).toBe(false);
  });

  it.each([
    ["package.json", true],
    ["package-lock.json", true],
    ["acme-1.0.0.tgz", true],
    ["index.js", true],
    ["orgs.yaml", true],
    ["Pulumi.yaml", true],
    ["Pulumi.dieppe.yaml", true],
    ["policy/dieppe.yaml", true],
    ["policy/emea/dieppe.yaml", true],
    [".env", false],
    [".npmrc", false],
    ["server.key", false],
    ["policy/server.key", false],
    ["policy/emea/.env.production", false],
    [".git/config", false],
    [".pulumi-state/.pulumi/stacks/acme/dieppe.json", false],
    [".sanctioned/audit-00D000000001942EAA.jsonl", false],
    ["plans/dieppe.json", false],
    ["node_modules/sanctioned/package.json", false],
  ])("lets in what the image needs: %s, %s", (file, isIn) => {
    expect(!ignoredByDocker().add(IGNORED).ignores(file)).toBe(isIn);
  });
});

const has = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

/** Runs a step of a stage as a builder would, but in a folder, which stands for the root. */
function play({ text }: Step, root: string, cwd: string, env: NodeJS.ProcessEnv) {
  const script = text
    .replace(/^(--\w+=\S+\s+(\\\n\s*)?)+/, "")
    .replaceAll(/(?<=[ "])\/(tmp|opt)\//g, `${root}/$1/`);
  return promisify(execFile)("sh", ["-c", script], { cwd, env: { PATH: process.env.PATH, ...env } });
}

function folderFor(...parts: string[]): string {
  const root = mkdtempSync(path.join(tmpdir(), "sanctioned-container-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const part of parts) mkdirSync(path.join(root, part), { recursive: true });
  return root;
}

/** Debian has the first, and the image gets the second. */
describe.skipIf(!has("dpkg") || !has("curl"))("the engine's stage", () => {
  const step = stepsOf(DOCKERFILE).find(({ text }) => text.includes("curl --"))!;
  const ARCHIVES = ["x64", "arm64"].map((arch) => `pulumi-v3.0.0-linux-${arch}.tar.gz`);

  async function release(root: string): Promise<NodeJS.ProcessEnv> {
    mkdirSync(path.join(root, "made/pulumi"), { recursive: true });
    for (const name of [
      "pulumi",
      "pulumi-language-nodejs",
      "pulumi-resource-pulumi-nodejs",
      "pulumi-language-python",
    ])
      writeFileSync(path.join(root, "made/pulumi", name), name, { mode: 0o755 });
    for (const name of ARCHIVES)
      await promisify(execFile)("tar", ["-czf", path.join(root, name), "-C", `${root}/made`, "pulumi"]);
    const hash = createHash("sha256")
      .update(readFileSync(path.join(root, ARCHIVES[0]!)))
      .digest("hex");
    cpSync(path.join(root, ARCHIVES[0]!), path.join(root, ARCHIVES[1]!));
    return {
      PULUMI_VERSION: "3.0.0",
      PULUMI_RELEASES: `file://${root}`,
      PULUMI_SHA256_X64: hash,
      PULUMI_SHA256_ARM64: hash,
    };
  }

  it("unpacks a release that has its hash, without the hosts of other languages", async () => {
    const root = folderFor("tmp", "opt");
    await play(step, root, root, await release(root));
    expect(readdirSync(path.join(root, "opt/pulumi")).sort()).toEqual([
      "pulumi",
      "pulumi-language-nodejs",
      "pulumi-resource-pulumi-nodejs",
    ]);
    expect(readdirSync(path.join(root, "tmp"))).toEqual([]);
  });

  it("ends where it has another", async () => {
    const root = folderFor("tmp", "opt");
    const env = {
      ...(await release(root)),
      PULUMI_SHA256_X64: "0".repeat(64),
      PULUMI_SHA256_ARM64: "0".repeat(64),
    };
    await expect(play(step, root, root, env)).rejects.toMatchObject({ code: 1 });
    expect(existsSync(path.join(root, "opt/pulumi"))).toBe(false);
  });
});

it("the repository's stage installs what the lock file says, from a package beside it too", async () => {
  const root = folderFor("tmp", "context", "repository", "package");
  const context = path.join(root, "context");
  const write = (file: string, value: object) => writeFileSync(path.join(root, file), JSON.stringify(value));
  write("package/package.json", {
    name: "acme-tool",
    version: "1.0.0",
    scripts: { postinstall: "touch ran" },
  });
  await promisify(execFile)("npm", ["pack", "--pack-destination", context, `${root}/package`]);
  write("context/package.json", {
    name: "acme",
    dependencies: { "acme-tool": "file:acme-tool-1.0.0.tgz" },
    devDependencies: { "not-there": "file:not-there" },
  });
  mkdirSync(path.join(context, "not-there"));
  write("context/not-there/package.json", { name: "not-there", version: "1.0.0" });
  await promisify(execFile)("npm", ["install", "--package-lock-only", "--offline"], { cwd: context });

  const repository = path.join(root, "repository");
  const steps = stepsOf(DOCKERFILE);
  const copied = of(steps, "COPY").find((text) => text.includes("package-lock.json"))!;
  expect(copied.split(" ")).toEqual(["package.json", "package-lock.json", "*.tgz", "./"]);
  for (const name of ["package.json", "package-lock.json", "acme-tool-1.0.0.tgz"])
    cpSync(path.join(context, name), path.join(repository, name));
  const npmCi = steps.find(({ text }) => text.includes("npm ci"))!;
  await play(npmCi, root, repository, { npm_config_offline: "true" });
  expect(readdirSync(path.join(repository, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
    "acme-tool",
  ]);
  expect(readdirSync(path.join(repository, "node_modules/acme-tool"))).toEqual(["package.json"]);
  expect(readdirSync(path.join(root, "tmp"))).toEqual([]);
});
