import path from "node:path";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parsePolicy } from "../../src/policy/load.ts";
import { ownFiles } from "../../src/scaffold/ownFiles.ts";
import { EXAMPLE, SHARED_DRAFT } from "../../src/scaffold/policies.ts";
import { LOCAL_BACKEND, type Repository } from "../../src/scaffold/repository.ts";
import { ORGS } from "../hostile/hostileNames.ts";

const REPOSITORY: Repository = {
  name: "connected-users",
  ci: ["github", "gitlab"],
  codeOwner: "@dieppe/security",
  branch: "main",
  backend: LOCAL_BACKEND,
  org: EXAMPLE,
  versions: {
    sanctioned: "0.2.0",
    "@pulumi/pulumi": "3.259.0",
    pulumi: "3.259.0",
    "salesforce-local-org": "0.1.0",
    node: ">=22.12",
  },
};
const CONNECTED: Repository = {
  ...REPOSITORY,
  org: { ...EXAMPLE, isExample: false, stack: "acme-production" },
};
const text = (repository: Repository, file: string) => ownFiles(repository).get(file)!;

describe("package.json", () => {
  it("pins each package to one version", () => {
    const {
      dependencies,
      devDependencies,
      private: isPrivate,
    } = JSON.parse(text(REPOSITORY, "package.json"));
    expect({ ...dependencies, ...devDependencies }).toEqual({
      "@pulumi/pulumi": "3.259.0",
      pulumi: "3.259.0",
      "salesforce-local-org": "0.1.0",
      sanctioned: "0.2.0",
    });
    expect(isPrivate).toBe(true);
    expect(JSON.parse(text(CONNECTED, "package.json")).devDependencies).toEqual({ pulumi: "3.259.0" });
  });
});

describe("Pulumi.yaml", () => {
  it("reads the org again before each run, and has a stack whose policy is that of orgs.yaml", () => {
    const project = parse(text(CONNECTED, "Pulumi.yaml"));
    expect(project).toMatchObject({
      name: "connected-users",
      main: "index.js",
      options: { refresh: "always" },
      backend: { url: LOCAL_BACKEND },
    });
    const [org] = parse(text(CONNECTED, "orgs.yaml")).orgs;
    expect(parse(text(CONNECTED, `Pulumi.${org.stack}.yaml`))).toEqual({
      config: { "connected-users:policy": org.policy },
    });
  });
});

it("the program is one line", () => {
  expect(text(REPOSITORY, "index.js").trim().split("\n")).toHaveLength(1);
});

it("a shared policy and the org's are policies of the language, and nothing of a draft can revoke", () => {
  const policies = new Map([["shared.yaml", EXAMPLE.policies.shared]]);
  const open = (name: string) => ({ text: policies.get(path.basename(name))! });
  expect(parsePolicy(EXAMPLE.policies.own, "policy/dieppe-trading.yaml", open)).toHaveProperty("policy");
  expect(parsePolicy(EXAMPLE.policies.shared, "policy/shared.yaml")).toHaveProperty("policy");
  expect(parsePolicy(SHARED_DRAFT, "policy/shared.yaml")).toMatchObject({
    policy: { unlisted: { value: "report" } },
  });
});

it("CODEOWNERS names who reviews everything, or nobody: never somebody else's team", () => {
  const lines = (repository: Repository) =>
    text(repository, "CODEOWNERS")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
  expect(lines(REPOSITORY)).toEqual(["* @dieppe/security"]);
  expect(lines({ ...REPOSITORY, codeOwner: null })).toEqual([]);
});

describe("README.md", () => {
  const html = (repository: Repository) =>
    micromark(text(repository, "README.md"), { extensions: [gfm()], htmlExtensions: [gfmHtml()] });

  it("has the names of org, team and stack in it", () => {
    const readme = text(CONNECTED, "README.md");
    for (const name of ["Dieppe Trading", "00D000000001942EAA", "acme-production", "@dieppe/security"])
      expect(readme).toContain(name);
    expect(text({ ...CONNECTED, codeOwner: null }, "README.md")).toContain("Put your team into `CODEOWNERS`");
  });

  it("an org's name is text in it, whatever it is", () => {
    const tags = (label: string) =>
      (html({ ...REPOSITORY, org: { ...EXAMPLE, label } }).match(/<[^>]*>/g) ?? []).filter(
        (tag) => !/^<\/?code>$/.test(tag),
      );
    for (const label of [
      ...ORGS,
      "@mallory",
      "<img src=x>",
      "| a | b |",
      "[x](http://y) \\| b",
      `\${{ secrets.X }}`,
      "# Owned",
      "`",
      "[x](http://y)",
    ])
      expect(tags(label), label).toEqual(tags("Dieppe Trading"));
  });
});
