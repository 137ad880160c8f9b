import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { type ForgeName, forgeFromEnvironment } from "../../src/forge/fromEnvironment.ts";
import { keepIssue, postComment } from "../../src/forge/sticky.ts";
import { hiddenMark } from "../../src/pullRequest/comment.ts";
import { ForgeStandIn, TOKEN } from "./standIn.ts";

const MARK = hiddenMark("comment", "policy/some.yaml");
const OTHER = hiddenMark("comment", "policy/other.yaml");
let standIn: ForgeStandIn;
const waits: number[] = [];
const clock = { sleep: async (ms: number) => waits.push(ms), random: () => 0.5 };

beforeEach(async () => {
  standIn = await new ForgeStandIn().start();
  waits.length = 0;
});
afterEach(() => standIn.stop());

const env = (): Record<ForgeName, NodeJS.ProcessEnv> => ({
  github: { GITHUB_API_URL: standIn.url, GITHUB_REPOSITORY: "dieppe/org", GITHUB_TOKEN: TOKEN },
  gitlab: {
    CI_API_V4_URL: `${standIn.url}/api/v4`,
    CI_PROJECT_ID: "dieppe/org",
    CI_MERGE_REQUEST_IID: "12",
    GITLAB_TOKEN: TOKEN,
  },
});
const forge = (name: ForgeName = "github") =>
  forgeFromEnvironment(name, { pullRequest: 12 }, true, env()[name], clock);
const writes = () =>
  standIn.calls.filter(({ method }) => method !== "GET").map(({ method, url }) => `${method} ${url}`);

describe.each<ForgeName>(["github", "gitlab"])("a comment on %s", (name) => {
  it("is posted once, then changed in place, and left alone where it says the same", async () => {
    expect(await postComment(await forge(name), MARK, "first\n")).toBe("created");
    expect(await postComment(await forge(name), MARK, "second\n")).toBe("updated");
    expect(await postComment(await forge(name), MARK, "second\n")).toBe("unchanged");
    expect(standIn.comments.map(({ body }) => body)).toEqual([`${MARK}\nsecond\n`]);
    expect(writes()).toEqual(
      name === "github"
        ? ["POST /repos/dieppe/org/issues/12/comments", "PATCH /repos/dieppe/org/issues/comments/1"]
        : [
            "POST /api/v4/projects/dieppe%2Forg/merge_requests/12/notes",
            "PUT /api/v4/projects/dieppe%2Forg/merge_requests/12/notes/1",
          ],
    );
  });

  it("is found behind hundreds of others", async () => {
    for (let i = 0; i < 250; i++) standIn.add("comments", `talk ${i}`);
    standIn.add("comments", `${MARK}\r\nfirst`, { author: 41 });
    expect(await postComment(await forge(name), MARK, "second")).toBe("updated");
    expect(standIn.comments).toHaveLength(251);
  });

  it("of another name, of somebody else, or one that quotes the mark is not touched", async () => {
    standIn.add("comments", `${OTHER}\nother stack`, { author: 41 });
    standIn.add("comments", `${MARK}\nforged`, { author: 7 });
    standIn.add("comments", `> ${MARK}\nquoted`, { author: 41 });
    expect(await postComment(await forge(name), MARK, "mine")).toBe("created");
    expect(standIn.comments.map(({ body }) => body.split("\n")[1])).toEqual([
      "other stack",
      "forged",
      "quoted",
      "mine",
    ]);
  });

  it("keeps one issue: opened, updated, closed when clean, and opened again", async () => {
    const content = (body: string) => ({ title: "Drift", body });
    expect(await keepIssue(await forge(name), MARK, null, "clean")).toBe("nothing to do");
    expect(await keepIssue(await forge(name), MARK, content("1"), "clean")).toBe("opened");
    expect(await keepIssue(await forge(name), MARK, content("2"), "clean")).toBe("updated");
    expect(await keepIssue(await forge(name), MARK, content("2"), "clean")).toBe("unchanged");
    expect(await keepIssue(await forge(name), MARK, null, "clean")).toBe("closed");
    expect(await keepIssue(await forge(name), MARK, null, "clean")).toBe("nothing to do");
    expect(standIn.issues).toMatchObject([
      { isOpen: false, body: `${MARK}\nclean`, title: "Connected users: the org keeps to the policy" },
    ]);
    expect(await keepIssue(await forge(name), MARK, content("3"), "clean")).toBe("updated");
    expect(standIn.issues).toMatchObject([{ isOpen: true, body: `${MARK}\n3`, title: "Drift" }]);
  });
});

describe("when the forge is in trouble", () => {
  it("a read is tried again, as late as it asks", async () => {
    const api = await forge();
    standIn.trouble.push({ status: 502 }, { status: 403, headers: { "retry-after": "7" } });
    expect(await postComment(api, MARK, "x")).toBe("created");
    expect(waits).toEqual([125, 7_000]);
  });

  it("a write is tried again only where it was certainly not taken", async () => {
    const api = await forge();
    await api.comments();
    standIn.trouble.push({ status: 429, headers: { "retry-after": "3" } });
    await api.createComment("x");
    expect([standIn.comments.length, waits]).toEqual([1, [3_000]]);
    standIn.trouble.push({ status: 502 });
    await expect(api.createComment("y")).rejects.toThrow(UserError);
    expect(standIn.comments).toHaveLength(1);
  });

  it("its rate limit is waited for until it is reset", async () => {
    const api = await forge();
    const soon = Math.ceil(Date.now() / 1000) + 30;
    standIn.trouble.push({
      status: 403,
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(soon) },
    });
    await api.comments();
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThan(20_000);
  });

  it("a refusal is one sentence, without the token", async () => {
    const api = await forge();
    standIn.trouble.push({ status: 403, body: { message: `no rights for ${TOKEN}` } });
    const refused = await api.createComment("x").catch((error: Error) => error);
    expect(refused).toBeInstanceOf(UserError);
    expect((refused as Error).message).toMatch(
      /^127\.0\.0\.1:\d+ answered 403 to POST \/repos\/dieppe\/org\/issues\/12\/comments: no rights for \*\*\*\. Give the token the right to write there/,
    );
  });

  it("a page that leads to another host is not asked for", async () => {
    const api = await forge();
    standIn.trouble.push({
      status: 200,
      headers: { link: '<https://evil.example/x>; rel="next"' },
      body: [],
    });
    await expect(api.comments()).rejects.toThrow(
      "answered with a next page on another host. Check the API's address.",
    );
  });
});

describe("what is missing in the environment is named", () => {
  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    [
      "the token",
      { GITHUB_TOKEN: undefined },
      /^GITHUB_TOKEN is not set\. It holds a token that may write there\.$/,
    ],
    ["the repository", { GITHUB_REPOSITORY: undefined }, /^GITHUB_REPOSITORY is not set\. /],
    [
      "a repository that is none",
      { GITHUB_REPOSITORY: "a/b/../c" },
      /^The repository is not named as owner\/name\. /,
    ],
    [
      "an address in the clear",
      { GITHUB_API_URL: "http://github.example" },
      /^The API's address must begin with https:\/\//,
    ],
  ])("%s", async (_, changed, message) => {
    const wrong = forgeFromEnvironment(
      "github",
      { pullRequest: 12 },
      true,
      { ...env().github, ...changed },
      clock,
    );
    await expect(wrong).rejects.toThrow(message);
    await expect(wrong).rejects.toThrow(UserError);
  });

  it("the pull request", async () => {
    await expect(forgeFromEnvironment("github", {}, true, env().github, clock)).rejects.toThrow(
      "This run belongs to no pull request. Name one with --pull-request.",
    );
  });

  it("a token that is not valid", async () => {
    const wrong = { ...env().github, GITHUB_TOKEN: "ghs_wrong" };
    const refused = await forgeFromEnvironment("github", { pullRequest: 12 }, true, wrong, clock).catch(
      (error: Error) => error,
    );
    expect((refused as Error).message).toContain("answered 401");
    expect((refused as Error).message).not.toContain("ghs_wrong");
  });

  it.each<["github" | "gitlab", string]>([
    ["github", "ghs_canary\nghs_other"],
    ["github", '"ghs_canary"'],
    ["github", "ghs_canar\u0443"],
    ["gitlab", "token: glpat-canary"],
  ])(
    "a token of %s that is malformed, before it is used and without being quoted: %j",
    async (forge, token) => {
      const variable = forge === "github" ? "GITHUB_TOKEN" : "GITLAB_TOKEN";
      const wrong = { ...env()[forge], [variable]: token };
      const refused = (await forgeFromEnvironment(forge, { pullRequest: 12 }, true, wrong, clock).catch(
        (error: unknown) => error,
      )) as Error;
      expect(refused).toMatchObject({ code: "forge-token-malformed" });
      expect(refused.stack).not.toContain("canar");
    },
  );
});
