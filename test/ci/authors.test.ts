import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { authorsSince, authorsText } from "../../src/ci/authors.ts";
import { pushOfRun } from "../../src/ci/ciRun.ts";
import { historyFromEnvironment } from "../../src/forge/fromEnvironment.ts";
import { sanctioned } from "../cli/run.ts";
import { ForgeStandIn, TOKEN } from "../forge/standIn.ts";

const [first, second, third] = ["1", "2", "3"].map((digit) => digit.repeat(40)) as [string, string, string];

describe.each(["github", "gitlab"] as const)("on %s", (name) => {
  let forge: ForgeStandIn;
  let folder: string;
  beforeAll(async () => {
    forge = await new ForgeStandIn().start();
    folder = mkdtempSync(path.join(tmpdir(), "sanctioned-authors-"));
  });
  afterAll(async () => {
    await forge.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    forge.applied = null;
    forge.history.length = 0;
    forge.history.push(
      { hash: first, authors: ["ada"] },
      { hash: second, authors: ["ben", "cleo"] },
      { hash: third, authors: ["dora"] },
    );
  });

  const file = (name: string) => path.join(folder, name);

  function job(before: string, token: string): Record<string, string> {
    writeFileSync(file("event.json"), JSON.stringify({ before }));
    writeFileSync(file("outputs"), "");
    return name === "github"
      ? {
          GITHUB_ACTIONS: "true",
          GITHUB_API_URL: forge.url,
          GITHUB_REPOSITORY: "dieppe/org",
          GITHUB_TOKEN: token,
          GITHUB_SHA: third,
          GITHUB_REF_NAME: "main",
          GITHUB_WORKFLOW_REF: "dieppe/org/.github/workflows/apply.yml@refs/heads/main",
          GITHUB_EVENT_PATH: file("event.json"),
          GITHUB_OUTPUT: file("outputs"),
        }
      : {
          GITLAB_CI: "true",
          CI_API_V4_URL: `${forge.url}/api/v4`,
          CI_PROJECT_ID: "77",
          CI_COMMIT_BRANCH: "main",
          GITLAB_TOKEN: token,
          CI_COMMIT_SHA: third,
          CI_COMMIT_BEFORE_SHA: before,
        };
  }

  /** What the verb prints, without a process of its own. */
  async function authors(before: string, token = TOKEN): Promise<string> {
    const env = job(before, token);
    return authorsText(await authorsSince(historyFromEnvironment(name, env), pushOfRun(env)));
  }

  it("the verb prints it, and hands it to later jobs, or says why it is not known", async () => {
    forge.applied = second;
    const { code, stdout } = await sanctioned(["ci", "authors"], job(second, TOKEN));
    expect([code, stdout]).toEqual([0, `authors=dora\nbase=${second}\n`]);
    expect(readFileSync(file("outputs"), "utf8")).toBe(name === "github" ? stdout : "");
    forge.history.splice(2, 1, { hash: third, authors: [] });
    const unknown = await sanctioned(["ci", "authors"], job(second, TOKEN));
    expect(unknown).toEqual({ code: 1, stdout: "", stderr: expect.stringContaining("[authors-not-known]") });
    expect(readFileSync(file("outputs"), "utf8")).toBe("");
  });

  it("who wrote what is merged and not applied yet is told, whichever push brought it", async () => {
    forge.applied = first;
    expect(await authors(second)).toBe(`authors=ben,cleo,dora\nbase=${first}\n`);
    forge.applied = second;
    expect(await authors(second)).toBe(`authors=dora\nbase=${second}\n`);
    forge.applied = third; // a run that is repeated
    expect(await authors(second)).toBe(`authors=dora\nbase=${third}\n`);
  });

  it("before the first update that is since the push, and of a new repository the commit", async () => {
    expect(await authors(first)).toBe(`authors=ben,cleo,dora\nbase=${first}\n`);
    expect(await authors("0".repeat(40))).toBe(`authors=dora\nbase=${third}\n`);
  });

  it("where the forge does not tell, nobody is passed off as nobody", async () => {
    for (const [ask, reason] of [
      [() => authors(first, "wrong"), "The token is not valid"],
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
      await expect(ask()).rejects.toThrow(reason);
  });
});
