import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { commitToBranch, originOf, pushBranch } from "../../src/forge/branch.ts";

let folder: string;
let file: string;
const BEFORE = "version: 1\r\napps: []\n";
const AFTER = `${BEFORE}# more\n`;

const git = (...args: string[]) =>
  execFileSync("git", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trimEnd();

let template: string;
beforeAll(() => {
  template = folder = mkdtempSync(path.join(tmpdir(), "sanctioned-branch-"));
  file = path.join(folder, "policy", "a [b].yaml");
  mkdirSync(path.dirname(file));
  writeFileSync(file, BEFORE);
  writeFileSync(path.join(folder, "other"), "committed\n");
  git("init", "-q", "-b", "main");
  git("config", "user.name", "Ann");
  git("config", "user.email", "ann@acme.example");
  git("config", "commit.gpgSign", "false");
  git("add", ".");
  git("commit", "-qm", "first");
});
afterAll(() => rmSync(template, { recursive: true }));
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "sanctioned-branch-")));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(template, folder, { recursive: true });
  file = path.join(folder, "policy", "a [b].yaml");
});
const commit = (branch = "review", change = { file, before: BEFORE, after: AFTER }) =>
  commitToBranch(change, branch, "Deny Drift\n\n- Deny Drift\n");

it("a branch has that file's change alone, and what is at hand stays: files, index, branch", () => {
  writeFileSync(path.join(folder, "other"), "staged\n");
  git("add", "other");
  writeFileSync(path.join(folder, "other"), "at hand\n");
  writeFileSync(path.join(folder, ".git", "hooks", "pre-commit"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const index = readFileSync(path.join(folder, ".git", "index"));
  const { commit: made, base } = commit();
  expect(base).toBe("main");
  expect(git("rev-parse", "review")).toBe(made);
  expect(git("log", "--format=%s %an", "main..review")).toBe("Deny Drift Ann");
  expect(git("diff", "--name-only", "main", "review")).toBe("policy/a [b].yaml");
  expect(
    execFileSync("git", ["cat-file", "blob", "review:policy/a [b].yaml"], { cwd: folder, encoding: "utf8" }),
  ).toBe(AFTER);
  expect(readFileSync(path.join(folder, ".git", "index"))).toEqual(index);
  expect(git("symbolic-ref", "--short", "HEAD")).toBe("main");
  expect(readFileSync(file, "utf8")).toBe(BEFORE);
  expect(readFileSync(path.join(folder, "other"), "utf8")).toBe("at hand\n");
});

describe("no branch is made", () => {
  const refused = (code: string, act: () => unknown) => {
    expect(act).toThrow(expect.objectContaining({ code }));
    expect(git("branch", "--list", "review")).toBe("");
  };

  it("of a file that has more in it than was committed, or that was not", () => {
    refused("file-not-committed", () =>
      commit("review", { file, before: `${BEFORE}# mine\n`, after: AFTER }),
    );
    const fresh = path.join(folder, "policy", "new.yaml");
    refused("file-not-committed", () => commit("review", { file: fresh, before: BEFORE, after: AFTER }));
  });

  it("of a link", () => {
    symlinkSync("a [b].yaml", path.join(folder, "policy", "link.yaml"));
    git("add", ".");
    git("commit", "-qm", "link");
    const link = path.join(folder, "policy", "link.yaml");
    refused("file-not-committed", () => commit("review", { file: link, before: BEFORE, after: AFTER }));
  });

  it.each([["a..b"], ["-d"], ["@{-1}"]])("called %s", (name) => {
    refused("branch-name-not-valid", () => commit(name));
  });

  it("where one is", () => {
    git("branch", "taken");
    const tip = git("rev-parse", "taken");
    refused("branch-exists", () => commit("taken"));
    expect(git("rev-parse", "taken")).toBe(tip);
  });

  it("outside of a repository", () => {
    const outside = mkdtempSync(path.join(tmpdir(), "sanctioned-none-"));
    onTestFinished(() => rmSync(outside, { recursive: true }));
    refused("commit-refused", () =>
      commit("review", { file: path.join(outside, "a.yaml"), before: "", after: "x" }),
    );
  });
});

it("a branch is pushed to origin, and to nothing else", () => {
  const origin = mkdtempSync(path.join(tmpdir(), "sanctioned-origin-"));
  onTestFinished(() => rmSync(origin, { recursive: true }));
  execFileSync("git", ["init", "-q", "--bare", origin]);
  git("remote", "add", "origin", origin);
  const { commit: made } = commit();
  pushBranch(file, "review");
  const refs = execFileSync("git", ["for-each-ref", "--format=%(refname) %(objectname)"], {
    cwd: origin,
    encoding: "utf8",
  });
  expect(refs.trim()).toBe(`refs/heads/review ${made}`);
  git("remote", "set-url", "origin", path.join(origin, "nowhere"));
  expect(() => pushBranch(file, "review")).toThrow(expect.objectContaining({ code: "branch-not-pushed" }));
});

describe("where origin is", () => {
  it.each([
    ["git@github.com:acme/crm.git", "github", "acme/crm"],
    ["https://token@github.com/acme/crm", "github", "acme/crm"],
    ["ssh://git@github.acme.example:2222/acme/crm.git", "github", "acme/crm"],
    ["https://gitlab.com/acme/group/crm.git", "gitlab", "acme/group/crm"],
    ["git@git.acme.example:acme/crm.git", null, "acme/crm"],
    ["/srv/crm.git", null, null],
  ])("%s", (url, forge, repository) => {
    git("remote", "add", "origin", url);
    expect(originOf(file)).toEqual({ forge, repository });
  });
});
