import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { AuditLine } from "../../src/audit/line.ts";
import { OtherStacks, stackOf } from "../../src/pulumi/otherStacks.ts";
import { StackNotes } from "../../src/run/stackNotes.ts";
import { PulumiProject } from "./pulumiRun.ts";

const ORG = "00D000000001942EAA";
const NOW = Date.parse("2026-11-26T12:00:00Z");
const TYPE = "pulumi-nodejs:dynamic/sanctioned:ConnectedUserPolicy";
const urnOf = (stack: string, project = "crm", resource = "connected-users") =>
  `urn:pulumi:${stack}::${project}::${TYPE}::${resource}`;
const SEE = 'each revokes by its own policy. See docs/state.md, "Two stacks for one org"';

let folder: string;
let record: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "other-stacks-"));
  record = path.join(folder, "audit.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a check in a process of its own says. */
const said = (
  urn: string,
  { isPreview = true, isNew = true, orgId = ORG, others = new OtherStacks(), now = NOW } = {},
) =>
  others.lines(
    new StackNotes(
      folder,
      () => record,
      () => now,
    ),
    { urn, orgId, isPreview, isNew },
  );
const update = (urn: string, now = NOW) => said(urn, { isPreview: false, now });

it("a URN names stack, project and resource, whatever the resource is called", () => {
  const nested = `urn:pulumi:acme::crm::my:Component$${TYPE}::a::b`;
  expect(stackOf(nested)).toEqual({ project: "crm", name: "acme", resource: "a::b" });
  for (const text of ["", "urn:pulumi:acme", "urn:pulumi:acme::crm::type", "other:acme::crm::type::name"])
    expect(stackOf(text)).toBeNull();
});

it("a stack that alone updates an org is told nothing, however often it does, and a preview leaves no note", () => {
  expect(said(urnOf("blue"))).toEqual([]);
  expect(update(urnOf("blue"))).toEqual([]);
  expect(update(urnOf("blue"))).toEqual([]);
  expect(said(urnOf("green"), { orgId: "00D000000002000EAA" })).toEqual([]);
  said(urnOf("green"));
  expect(said(urnOf("blue"))).toEqual([]);
});

it("another stack of this project or of another, and another resource of the stack, are named in one line", () => {
  update(urnOf("blue"), NOW - 1);
  update(urnOf("blue", "sales"), NOW - 2);
  update(urnOf("green", "crm", "second"), NOW - 3);
  expect(said(urnOf("green"))).toEqual([
    `this org is also kept by stack "blue" (updated on 2026-11-26), stack "blue" of project "sales" (updated on 2026-11-26) and "second" of this stack (updated on 2026-11-26): ${SEE}`,
  ]);
});

it("where a stack was there before and never updated under its name, it may have been renamed", () => {
  update(urnOf("blue"));
  expect(said(urnOf("green"), { isNew: false })).toEqual([
    `this org is also kept by stack "blue" (updated on 2026-11-26), unless this one was called so before: ${SEE}`,
  ]);
});

it("of two resources of one program for one org the later one is told of the other", () => {
  const others = new OtherStacks();
  expect(said(urnOf("blue"), { others })).toEqual([]);
  expect(said(urnOf("blue", "crm", "elsewhere"), { others, orgId: "00D000000002000EAA" })).toEqual([]);
  expect(said(urnOf("blue", "crm", "second"), { others })).toEqual([
    `this org is also kept by "connected-users" of this program: ${SEE}`,
  ]);
});

it("names are shown as they are, cut, and not more than three", () => {
  update(urnOf("b\u202el\nue<{%reset%}>:error", "x".repeat(100)));
  const [line] = said(urnOf("green"));
  expect(line).toContain('stack "b\\u{202e}l\\u{a}ue\\u{3c}{%reset%}>:error" of project "');
  expect(line).toContain(`${"x".repeat(60)}…"`);
  for (const name of ["one", "two", "three"]) update(urnOf(name));
  expect(said(urnOf("green"))[0]).toContain("and 1 more: each revokes");
});

it("a record that cannot be read is one line, and fails nothing", () => {
  mkdirSync(record);
  expect(said(urnOf("blue"))).toEqual([
    "whether another stack keeps this org, too, is not known: its record is a folder",
  ]);
});

it("secrets of the config stand in the state twice, encrypted; two stacks for one org are said by preview and update, on record, and change nothing", async () => {
  const org = await startLocalOrg({ org: dieppeTrading() });
  const project = await PulumiProject.create({ SF_ORG_INSTANCE_URL: "", SF_ACCESS_TOKEN: "" });
  try {
    await project.run("config", "set", "instanceUrl", org.url);
    await project.run("config", "set", "--secret", "accessToken", org.accessToken);
    const up = await project.run("up", "--yes", "--skip-preview");
    expect([up.code, up.output.includes("also kept by")]).toEqual([0, false]);

    const exported = await project.run("stack", "export");
    expect(exported.output.match(/"ciphertext"/g)).toHaveLength(2);
    expect(exported.output + (await project.state())).not.toContain(org.accessToken);
    const shown = await project.run("stack", "export", "--show-secrets");
    expect(shown.output.split(org.accessToken)).toHaveLength(3);

    await project.run("stack", "init", "blue");
    const blue = { PULUMI_STACK: "blue", SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
    org.store.authorize({
      username: "ada.weber@dieppe.example",
      app: "Bob's Lead Scoring Tool",
      createdAt: Date.now(),
      lastUsedAt: null,
      useCount: 0,
    });
    const second = await project.runWith(blue, "up", "--yes", "--skip-preview");
    expect(second.output).toContain('this org is also kept by stack "simulator" (updated on 2');
    const clean = await project.run("preview", "--expect-no-changes");
    expect([clean.code, clean.output]).toEqual([
      0,
      expect.stringContaining('this org is also kept by stack "blue" (updated on 2'),
    ]);

    const starts = (await project.read(".sanctioned/audit-00D000000001942EAA.jsonl"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as AuditLine)
      .flatMap((line) => (line.event === "run-start" ? [line.stack] : []));
    expect(starts).toEqual(
      ["simulator", "blue"].map((name) => ({ project: "sanctioned", name, resource: "connected-users" })),
    );
  } finally {
    await project.remove();
    await org.close();
  }
});
