import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { judgeFleetLimits } from "../../src/fleet/fleetLimits.ts";
import { githubMatrix, githubOutputs, gitlabPipeline } from "../../src/fleet/matrix.ts";
import type { Fleet } from "../../src/fleet/orgs.ts";
import { parseOrgs } from "../../src/fleet/orgsFile.ts";
import type { FleetRun, OrgResult } from "../../src/fleet/runSchema.ts";
import { handOut, leftOutLines, refuseBeforeLower } from "../../src/fleet/waves.ts";
import { sfId } from "../inventories.ts";

interface Entry {
  readonly name: string;
  readonly wave?: number;
  readonly stack?: string | null;
  readonly status: OrgResult["status"];
  /** Of a refused org: whether it was judged. */
  readonly judged?: boolean;
}

function fleetOf(entries: readonly Entry[], limits = "{}"): Fleet {
  const orgs = entries.map(
    ({ name, wave = 1, stack = `stack-${name}` }, i) =>
      `  - { name: "${name}", id: ${sfId("00D", i + 1)}, policy: p.yaml, wave: ${wave}, credentials: { accessToken: T }${stack === null ? "" : `, stack: "${stack}"`} }`,
  );
  const result = parseOrgs(`version: 1\nlimits: ${limits}\norgs:\n${orgs.join("\n")}\n`, "orgs.yaml");
  if (!("fleet" in result)) throw new Error(JSON.stringify(result.problems));
  return result.fleet;
}

function runOf(entries: readonly Entry[], { orgs }: Fleet, notSelected: readonly string[] = []): FleetRun {
  const judged = {
    clean: true,
    reports: true,
    revokes: true,
    refused: true,
    inconclusive: false,
    unreachable: false,
    failed: false,
  };
  const results = entries.map(
    ({ name, status, judged: isJudged = judged[status] }, i): OrgResult => ({
      name,
      id: orgs[i]!.id,
      orgName: name,
      policy: "p.yaml",
      stack: orgs[i]!.stack,
      wave: orgs[i]!.wave,
      owner: null,
      tags: [],
      status,
      problem: null,
      numbers: isJudged ? ({ revocations: status === "revokes" ? 3 : 0 } as OrgResult["numbers"]) : null,
      plan: isJudged ? { digest: "0".repeat(64), baseDigest: null } : null,
    }),
  );
  return {
    version: 1,
    kind: "sanctioned-fleet",
    asOf: "2026-11-26T08:00:00.000Z",
    file: "orgs.yaml",
    orgs: results.filter(({ name }) => !notSelected.includes(name)),
    notSelected: [...notSelected],
    limits: judgeFleetLimits([], {
      revocations: 1,
      percent: 1,
      perApp: 1,
      orgs: 1,
      position: orgs[0]!.position,
    }),
    digest: "",
  };
}

interface Asked {
  readonly judgedOnly?: boolean;
  readonly limits?: FleetRun["limits"];
  readonly notSelected?: readonly string[];
}

function handedOut(entries: readonly Entry[], { judgedOnly = false, limits, notSelected = [] }: Asked = {}) {
  const fleet = fleetOf(entries);
  const run = runOf(entries, fleet, notSelected);
  return handOut({ run, fleet, orgs: fleet.orgs, limits: limits ?? run.limits, judgedOnly });
}

const names = ({ waves }: ReturnType<typeof handOut>) =>
  waves.map(({ wave, orgs }) => [wave, orgs.map(({ org }) => org.name)]);

describe("what is handed out", () => {
  it("is the orgs whose plans revoke, the canary first and the rest in the order of the file", () => {
    const result = handedOut([
      { name: "late", wave: 10, status: "revokes" },
      { name: "one", status: "revokes" },
      { name: "clean", status: "clean" },
      { name: "told", wave: 0, status: "reports" },
      { name: "canary", wave: 0, status: "revokes" },
      { name: "two", status: "revokes" },
    ]);
    expect(names(result)).toEqual([
      [0, ["canary"]],
      [1, ["one", "two"]],
      [10, ["late"]],
    ]);
    expect(result).toMatchObject({ leftOut: [], refusal: null });
  });

  it("is nothing where one org could not be judged, and ends as that org does", () => {
    for (const [status, exitCode] of [
      ["inconclusive", 4],
      ["unreachable", 1],
      ["failed", 1],
    ] as const) {
      const result = handedOut([
        { name: "one", status: "revokes" },
        { name: "dark", status },
      ]);
      expect(result).toMatchObject({ waves: [], refusal: { exitCode } });
      expect(result.refusal?.error.message).toContain(
        "1 org could not be judged, so that nothing is handed out: dark.",
      );
    }
    // A policy that is not valid is no limit that was held: nobody knows what it would revoke.
    expect(
      handedOut([
        { name: "one", status: "revokes" },
        { name: "wrong", status: "refused", judged: false },
      ]),
    ).toMatchObject({ waves: [], refusal: { exitCode: 1 } });
  });

  it("is the others where that is asked for, and says who is left out", () => {
    const result = handedOut(
      [
        { name: "one", status: "revokes" },
        { name: "dark", status: "unreachable" },
        { name: "over", status: "refused" },
        { name: "bare", status: "revokes", stack: null },
        { name: "bare-and-clean", status: "clean", stack: null },
        { name: "apart", status: "revokes" },
      ],
      { judgedOnly: true, notSelected: ["apart"] },
    );
    expect(names(result)).toEqual([[1, ["one"]]]);
    expect(leftOutLines(result.leftOut)).toEqual([
      "left out, not judged: dark",
      "left out, over its own limits: over",
      "left out, no stack: Pulumi cannot update it: bare",
      "left out, not in the folder of plans: apart",
    ]);
  });

  it("is nothing over the fleet's limits, whatever is asked for", () => {
    const entries: Entry[] = [
      { name: "one", status: "revokes" },
      { name: "dark", status: "inconclusive" },
    ];
    const { limits } = fleetOf(entries, "{ revocations: 2 }");
    const verdict = judgeFleetLimits([{ grants: 100, revokes: [{ app: "Slack", grants: 3 }] }], limits);
    for (const judgedOnly of [false, true]) {
      const result = handedOut(entries, { limits: verdict, judgedOnly });
      expect(result).toMatchObject({ waves: [], refusal: { exitCode: 3 } });
      expect(result.refusal?.error.message).toContain("3 revocations, over 2 (limits.revocations)");
    }
  });

  it("is nothing of an org that was added since, or is another by now", () => {
    const entries: Entry[] = [
      { name: "one", status: "revokes" },
      { name: "new", status: "revokes" },
    ];
    const fleet = fleetOf(entries);
    const run = runOf(entries, fleet);
    const before = { ...run, orgs: run.orgs.slice(0, 1) };
    const asked = { fleet, orgs: fleet.orgs, limits: run.limits, judgedOnly: false };
    expect(handOut({ ...asked, run: before })).toMatchObject({
      waves: [],
      leftOut: [{ org: "new", why: "not-judged" }],
      refusal: { exitCode: 1 },
    });
    const another = { ...run, orgs: [{ ...run.orgs[0]!, id: sfId("00D", 9) }] };
    expect(() => handOut({ ...asked, run: another })).toThrow("orgs.yaml lists no such org");
  });
});

it("a wave waits for every lower org whose plan revokes, selected or not, and for no other", () => {
  const entries: Entry[] = [
    { name: "canary", wave: 0, status: "revokes" },
    { name: "clean", wave: 0, status: "clean" },
    { name: "bare", wave: 0, status: "revokes", stack: null },
    { name: "one", wave: 1, status: "revokes" },
    { name: "two", wave: 2, status: "revokes" },
  ];
  const fleet = fleetOf(entries);
  const asked = { run: runOf(entries, fleet), fleet };
  const by = (wave: number | undefined, ...updated: string[]) =>
    refuseBeforeLower(wave, asked, new Set(updated));
  expect(() => by(2)).toThrow("lower ones: canary (wave 0), one (wave 1)");
  expect(() => by(2, "canary")).toThrow("lower ones: one (wave 1)");
  expect(() => by(1)).toThrow("lower ones: canary (wave 0)");
  for (const wave of [undefined, 0]) by(wave);
  by(1, "canary");
  by(2, "canary", "one");
});

describe("for GitHub", () => {
  const result = handedOut([
    { name: "b", wave: 0, status: "revokes", stack: "acme/null" },
    { name: "a", wave: 3, status: "revokes" },
    { name: "bare", status: "revokes", stack: null },
  ]);

  it("each wave is a matrix, with the plan of each org", () => {
    expect(githubMatrix(result.waves, result.leftOut, "out/plans")).toEqual({
      version: 1,
      waves: [
        {
          wave: 0,
          include: [{ org: "b", stack: "acme/null", plan: "out/plans/b.json", wave: 0, revocations: 3 }],
        },
        {
          wave: 3,
          include: [{ org: "a", stack: "stack-a", plan: "out/plans/a.json", wave: 3, revocations: 3 }],
        },
      ],
      leftOut: [{ org: "bare", why: "no-stack" }],
    });
  });

  it("each wave with something to do is one line of a step's outputs", () => {
    const lines = githubOutputs(result.waves, "plans").split("\n");
    expect(lines.map((line) => line.split("=")[0])).toEqual(["wave-0", "wave-3", ""]);
    expect(JSON.parse(lines[0]!.slice("wave-0=".length))).toEqual([
      { org: "b", stack: "acme/null", plan: "plans/b.json", wave: 0, revocations: 3 },
    ]);
  });

  it("a wave is no larger than a matrix may be", () => {
    const many = (count: number) =>
      handedOut(Array.from({ length: count }, (_, i) => ({ name: `org-${i}`, status: "revokes" as const })))
        .waves;
    expect(githubOutputs(many(256), "plans")).toContain('"org-255"');
    expect(() => githubOutputs(many(257), "plans")).toThrow("Wave 1 has 257 orgs to update");
  });

  it("a folder of plans is a plain name", () => {
    for (const folder of ["my plans", "$(id)", "a'b", "-rf", "a\nb", ""])
      expect(() => githubOutputs(result.waves, folder), folder).toThrow("cannot be named in a workflow");
  });
});

describe("for GitLab", () => {
  const asked = { plans: "plans", environment: "production", image: "node:24-bookworm", maxParallel: 2 };

  it("a child pipeline has a stage a wave, and no more jobs at once than there are groups", () => {
    const { waves } = handedOut([
      { name: "canary", wave: 0, status: "revokes" },
      ...["a", "b", "c"].map((name): Entry => ({ name, status: "revokes", stack: `null${name}` })),
    ]);
    const pipeline = parse(gitlabPipeline(waves, asked)) as Record<string, Record<string, unknown>>;
    expect(pipeline.stages).toEqual(["plans", "wave-0", "wave-1"]);
    expect(pipeline["update-canary"]).toMatchObject({
      stage: "wave-0",
      environment: { name: "production" },
      dependencies: ["plans"],
      variables: { ORG: "canary", PULUMI_STACK: "stack-canary", PLANS: "plans" },
    });
    const groups = ["a", "b", "c"].map((name) => pipeline[`update-${name}`]?.resource_group);
    expect(groups).toEqual(["sanctioned-0", "sanctioned-1", "sanctioned-0"]);
    // What has needs of its own does not wait for the stages before it.
    expect(Object.keys(pipeline).filter((name) => pipeline[name]?.needs !== undefined)).toEqual(["plans"]);
  });

  it("a pipeline without a job would be an error: one says that nothing is to be done", () => {
    expect(Object.keys(parse(gitlabPipeline([], asked)))).toEqual(["nothing-to-revoke"]);
  });

  it("names are texts of YAML and no variables", () => {
    const { waves } = handedOut([{ name: "1e3", status: "revokes", stack: "0x10" }]);
    const pipeline = parse(gitlabPipeline(waves, asked)) as Record<string, { variables?: unknown }>;
    expect(pipeline["update-1e3"]?.variables).toEqual({ ORG: "1e3", PULUMI_STACK: "0x10", PLANS: "plans" });
    for (const environment of ["$PROD", "a\nb", "{}"])
      expect(() => gitlabPipeline(waves, { ...asked, environment })).toThrow("is no name of an environment");
    expect(() => gitlabPipeline(waves, { ...asked, image: "$IMAGE" })).toThrow("or an image");
  });
});
