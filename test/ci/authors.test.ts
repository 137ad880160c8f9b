import { spawn } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ForgeStandIn, TOKEN } from "../forge/standIn.ts";

const SCRIPT = path.resolve(import.meta.dirname, "../../ci/authors.mjs");
const [first, second, third] = ["1", "2", "3"].map((digit) => digit.repeat(40)) as [string, string, string];

describe.each(["github", "gitlab"])("on %s", (name) => {
  let forge: ForgeStandIn;
  beforeAll(async () => {
    forge = await new ForgeStandIn().start();
  });
  afterAll(() => forge.stop());
  beforeEach(() => {
    forge.applied = null;
    forge.history.length = 0;
    forge.history.push(
      { hash: first, authors: ["ada"] },
      { hash: second, authors: ["ben", "cleo"] },
      { hash: third, authors: ["dora"] },
    );
  });

  function authors(
    before: string,
    token = TOKEN,
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [SCRIPT], {
        env: {
          FORGE: name,
          GITHUB_API_URL: forge.url,
          GITHUB_REPOSITORY: "dieppe/org",
          GITHUB_TOKEN: token,
          GITHUB_SHA: third,
          GITHUB_WORKFLOW_REF: "dieppe/org/.github/workflows/apply.yml@refs/heads/main",
          BEFORE: before,
          CI_API_V4_URL: `${forge.url}/api/v4`,
          CI_PROJECT_ID: "77",
          GITLAB_TOKEN: token,
          CI_COMMIT_SHA: third,
          CI_COMMIT_BEFORE_SHA: before,
        },
      });
      const out = { stdout: "", stderr: "" };
      for (const stream of ["stdout", "stderr"] as const)
        child[stream].setEncoding("utf8").on("data", (chunk: string) => {
          out[stream] += chunk;
        });
      child.once("close", (code) => resolve({ code, ...out }));
    });
  }

  it("who wrote what is merged and not applied yet is told, whichever push brought it", async () => {
    forge.applied = first;
    expect((await authors(second)).stdout).toBe(`authors=ben,cleo,dora\nbase=${first}\n`);
    forge.applied = second;
    expect((await authors(second)).stdout).toBe(`authors=dora\nbase=${second}\n`);
    forge.applied = third; // a run that is repeated
    expect((await authors(second)).stdout).toBe(`authors=dora\nbase=${third}\n`);
  });

  it("before the first update that is since the push, and of a new repository the commit", async () => {
    expect((await authors(first)).stdout).toBe(`authors=ben,cleo,dora\nbase=${first}\n`);
    expect((await authors("0".repeat(40))).stdout).toBe(`authors=dora\nbase=${third}\n`);
  });

  it("where the forge does not tell, nobody is passed off as nobody", async () => {
    for (const [ask, reason] of [
      [() => authors(first, "wrong"), "the forge answered 401"],
      [() => authors("main"), "the run names no commits"],
      [
        () => {
          forge.history.splice(1, 2, { hash: second, authors: [] }, { hash: third, authors: [] });
          return authors(first);
        },
        "the forge tells nobody",
      ],
      [
        () => {
          forge.history.splice(2, 1, { hash: third, authors: ["x,y\nbase=1"] });
          return authors(first);
        },
        "the forge tells nobody",
      ],
    ] as const)
      expect(await ask()).toEqual({
        code: 1,
        stdout: "",
        stderr: `Who wrote the change is not known: ${reason}. Run the job again.\n`,
      });
  });
});
