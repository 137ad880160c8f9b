import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withCommit } from "../../src/ci/commit.ts";
import { CodedError, shownError } from "../../src/errors.ts";
import { sanctioned } from "../cli/run.ts";

const SECRET = "PLANTEDsecret0123456789";

describe("of a change, its policy's folder is taken as data", () => {
  let folder: string;
  let repository: string;
  const git = (args: readonly string[], input = "") =>
    execFileSync("git", ["-C", repository, ...args], { input, encoding: "utf8" }).trim();
  const blob = (content: string) => git(["hash-object", "-w", "--stdin"], content);
  type Entry = readonly [mode: string, hash: string, name: string];
  const tree = (...entries: readonly Entry[]) =>
    git(
      ["mktree", "-z", "--missing"],
      entries
        .map(
          ([mode, hash, name]) =>
            `${mode} ${mode === "040000" ? "tree" : mode === "160000" ? "commit" : "blob"} ${hash}\t${name}\0`,
        )
        .join(""),
    );
  const commit = (root: string) => git(["commit-tree", "-m", "x", root]);
  const policy = (...entries: readonly Entry[]) => commit(tree(["040000", tree(...entries), "policy"]));

  /** What the verb does, without a process of its own. */
  async function take(hash: string, of = "policy") {
    const target = mkdtempSync(path.join(folder, "target-"));
    const source = { url: `file://${repository}`, login: { user: "x", token: SECRET } };
    const stderr = await withCommit(hash, source, { PATH: process.env.PATH }, (one) =>
      one.take(of, target),
    ).then(
      () => "",
      (error: unknown) => {
        if (!(error instanceof CodedError)) throw error;
        return shownError(error);
      },
    );
    expect(stderr).not.toContain(SECRET);
    return { status: stderr === "" ? 0 : 1, stderr, target };
  }

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "sanctioned-take-"));
    repository = path.join(folder, "repository");
    execFileSync("git", ["init", "-q", repository]);
    for (const [key, value] of [
      ["user.name", "a"],
      ["user.email", "a@b.example"],
      ["uploadpack.allowAnySHA1InWant", "true"],
      ["uploadpack.allowFilter", "true"],
    ])
      git(["config", key!, value!]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("its files by their bytes, whatever attributes, pointers and modes the commit has; hidden ones are left", async () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    const sub = tree(["100644", blob("b\r\n"), "b.yaml"]);
    const { status, target } = await take(
      commit(
        tree(
          ["100644", blob("* filter=lfs ident text eol=crlf\n"), ".gitattributes"],
          ["100644", blob("[lfs]\n url = http://127.0.0.1:9\n"), ".lfsconfig"],
          [
            "040000",
            tree(
              ["100644", blob("* ident\n"), ".gitattributes"],
              ["100755", blob("$Id$\n"), "a.yaml"],
              ["100644", blob(pointer), "l.yaml"],
              ["040000", sub, "sub"],
            ),
            "policy",
          ],
        ),
      ),
    );
    expect(status).toBe(0);
    expect(readdirSync(path.join(target, "policy"), { recursive: true }).sort()).toEqual([
      "a.yaml",
      "l.yaml",
      "sub",
      "sub/b.yaml",
    ]);
    const read = (name: string) => readFileSync(path.join(target, "policy", name), "utf8");
    expect([read("a.yaml"), read("l.yaml"), read("sub/b.yaml")]).toEqual(["$Id$\n", pointer, "b\r\n"]);
    expect(statSync(path.join(target, "policy/a.yaml")).mode & 0o111).toBe(0);
  });

  it("no link, submodule, huge file, file in place of the folder, strange name or endless tree", async () => {
    const file = blob("a: 1\n");
    const link = blob("/proc/self/environ");
    const big = blob("x".repeat((1 << 20) + 1));
    const large = blob("x".repeat(1 << 20));
    let bomb = git(["mktree"], "");
    for (let depth = 0; depth < 12; depth++)
      bomb = tree(...[..."abcdefghij"].map((name) => ["040000", bomb, name] as const));
    const sure = ["100644", file, "a.yaml"] as const;
    const refused: readonly (readonly [commit: string, reason: string])[] = [
      [policy(["120000", link, "a.yaml"]), "policy/a.yaml of the change is a link or a submodule"],
      [
        policy(sure, ["040000", tree(["120000", link, "b.yaml"]), "sub"]),
        "policy/sub/b.yaml of the change is a link",
      ],
      [policy(sure, ["160000", "1".repeat(40), "sub"]), "policy/sub of the change is a link or a submodule"],
      [policy(["100644", big, "a.yaml"]), "is larger than 1048576 bytes"],
      [
        policy(...Array.from({ length: 17 }, (_, i) => ["100644", large, `f${i}`] as const)),
        "are larger than 16777216 bytes together",
      ],
      [
        policy(...Array.from({ length: 1001 }, (_, i) => ["100644", file, `f${i}`] as const)),
        "more than 1000",
      ],
      [policy(["040000", bomb, "sub"]), "more than 1000"],
      [policy(["100644", file, ".."]), "could not be fetched"],
      [policy(["100644", file, "::error::x"]), "is not a plain one"],
      [policy(["100644", file, "a\nb.yaml"]), "is not a plain one"],
      [policy(["100644", file, "--help"]), "is not a plain one"],
      [policy(["100644", file, "\u{202e}.yaml"]), "is not a plain one"],
      [commit(tree(["100644", file, "policy"])), "is no folder"],
      [commit(tree(["120000", blob("ci"), "policy"])), "is no folder"],
      [commit(tree(["100644", file, "other"])), "is not there"],
    ];
    for (const [hash, reason] of refused) {
      const { status, stderr } = await take(hash);
      expect([status, stderr]).toEqual([1, expect.stringContaining(reason)]);
      expect(stderr).toMatch(/^[\x20-\x7e\n]*$/);
    }
    // Some forges do not leave large files out of what is fetched.
    git(["config", "uploadpack.allowFilter", "false"]);
    expect((await take(policy(["100644", big, "a.yaml"]))).stderr).toContain("is larger than 1048576 bytes");
    git(["config", "uploadpack.allowFilter", "true"]);
  });

  it("of exactly the commit that is named by its hash: no branch, tag, other object or option", async () => {
    const hash = policy(["100644", blob("a: 1\n"), "a.yaml"]);
    git(["tag", "-a", "-m", "x", "v1", hash]);
    git(["branch", "-f", "other", hash]);
    for (const name of [
      "other",
      "v1",
      hash.slice(0, 12),
      hash.toUpperCase(),
      "HEAD",
      "--upload-pack=touch",
      `${hash}\n`,
      "",
    ])
      expect([name, (await take(name)).stderr]).toEqual([name, expect.stringContaining("by its full hash")]);
    for (const object of [git(["rev-parse", "v1"]), blob("a: 1\n"), git(["rev-parse", `${hash}^{tree}`])])
      expect((await take(object)).status).toBe(1);
  });

  it("from a folder of its own alone, since nothing of the program is replaced", async () => {
    const hash = policy(["100644", blob("a: 1\n"), "a.yaml"]);
    for (const of of [".", "/", "..", "policy/..", "../policy", "policy/../ci", "-x", ".git", "a//b", ""])
      expect((await take(hash, of)).stderr).toContain("a folder of its own");
  });

  it("with nothing of the machine's settings or of the job's secrets", async () => {
    const home = mkdtempSync(path.join(folder, "home-"));
    const seen = path.join(home, "seen");
    writeFileSync(
      path.join(home, ".gitconfig"),
      `[core]\n\thooksPath = ${home}\n\tfsmonitor = touch ${seen}\n[init]\n\ttemplateDir = ${home}\n`,
    );
    for (const name of ["post-checkout", "reference-transaction"])
      writeFileSync(path.join(home, name), `#!/bin/sh\nenv > ${seen}\n`, { mode: 0o755 });
    const real = execFileSync("bash", ["-c", "command -v git"], { encoding: "utf8" }).trim();
    const log = path.join(home, "log");
    writeFileSync(path.join(home, "git"), `#!/bin/sh\n{ echo "$@"; env; } >> ${log}\nexec ${real} "$@"\n`, {
      mode: 0o755,
    });
    const target = mkdtempSync(path.join(folder, "target-"));
    const hash = policy(["100644", blob("a: 1\n"), "a.yaml"]);
    const { code } = await sanctioned(["ci", "take", hash, "policy", target], {
      PATH: `${home}:${process.env.PATH}`,
      HOME: home,
      GITHUB_ACTIONS: "true",
      GITHUB_SERVER_URL: `file://${folder}`,
      GITHUB_REPOSITORY: "repository",
      GITHUB_TOKEN: "PLANTEDtoken",
      SANCTIONED_PRIVATE_KEY: SECRET,
      PULUMI_CONFIG_PASSPHRASE: SECRET,
      DIEPPE_KEY: SECRET,
      GIT_CONFIG_GLOBAL: path.join(home, ".gitconfig"),
      GIT_DIR: home,
      GIT_SSH_COMMAND: "touch",
    });
    expect([code, existsSync(seen)]).toEqual([0, false]);
    expect(readdirSync(path.join(target, "policy"))).toEqual(["a.yaml"]);
    expect(readFileSync(log, "utf8")).toContain("fetch -q --no-tags");
    for (const secret of [SECRET, "PLANTEDtoken", "GIT_SSH_COMMAND"])
      expect(readFileSync(log, "utf8")).not.toContain(secret);
  });
});
