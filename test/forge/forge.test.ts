import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { forgeFromEnvironment } from "../../src/forge/fromEnvironment.ts";
import type { ForgeName } from "../../src/forge/names.ts";
import { postComment } from "../../src/forge/sticky.ts";
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
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
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
    await all(api.comments());
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
    await all(api.comments());
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThan(20_000);
  });

  it("a limit that says nothing of until when is waited for a minute, and longer each time", async () => {
    const api = await forge();
    const message =
      "You have exceeded a secondary rate limit. Please wait a few minutes before you try again..";
    for (const status of [403, 429, 403]) standIn.trouble.push({ status, body: { message } });
    await api.createComment("x");
    expect([standIn.comments.length, waits]).toEqual([1, [60_000, 120_000, 120_000]]);
    for (let i = 0; i < 6; i++) standIn.trouble.push({ status: 403, body: { message } });
    await expect(api.createComment("y")).rejects.toMatchObject({
      code: "forge-limits-requests",
      message: expect.stringMatching(
        /: You have exceeded a secondary rate limit\. Please wait a few minutes before you try again\. It limits how many requests a token or a network makes: run this again later\.$/,
      ),
    });
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

  it.each<[string, string, (url: string) => string]>([
    [
      "another host",
      "a next page on another host",
      () => "https://evil.example/repos/dieppe/org/issues/12/comments",
    ],
    [
      "the same host in the clear",
      "a next page on another host",
      (url) => `${url.replace("http:", "https:")}/issues/12/comments`,
    ],
    ["what is no address", "a next page on another host", () => "x"],
    ["another list", "a next page of another list", (url) => `${url}/repos/dieppe/org/issues/13/comments`],
    [
      "another part of the host",
      "a next page of another list",
      (url) => `${url}/repos/dieppe/org/issues/12/comments/../../../x`,
    ],
  ])("a page that leads to %s is not asked for", async (_what, said, link) => {
    const api = await forge();
    standIn.trouble.push({ status: 200, headers: { link: `<${link(standIn.url)}>; rel="next"` }, body: [] });
    const asked = standIn.calls.length;
    await expect(all(api.comments())).rejects.toThrow(`answered with ${said}. Check the API's address.`);
    expect(standIn.calls.length - asked).toBe(1);
  });

  it("a page of a repository by its number is its page", async () => {
    const api = await forge();
    const link = `${standIn.url}/repositories/8514/issues/12/comments?page=2`;
    standIn.trouble.push({ status: 200, headers: { link: `<${link}>; rel="next"` }, body: [] });
    standIn.trouble.push({ status: 200, body: [{ id: 7, body: "x" }] });
    expect(await all(api.comments())).toEqual([{ id: 7, body: "x", isOwn: false }]);
  });

  it.each<[string, number, (page: number) => { link?: number; ids: number[] }]>([
    ["go in a circle", 4, (page) => ({ link: page % 3, ids: [page] })],
    ["bring nothing new", 4, (page) => ({ link: page + 1, ids: [1] })],
    ["are empty", 3, (page) => ({ link: page + 1, ids: [] })],
    ["go on for ever", 100, (page) => ({ link: page + 1, ids: [page] })],
  ])("pages that %s end", async (_what, calls, pageOf) => {
    const api = await forge();
    for (let page = 0; page < 200; page++) {
      const { link, ids } = pageOf(page);
      const next = `${standIn.url}/repos/dieppe/org/issues/12/comments?page=${link}`;
      standIn.trouble.push({
        status: 200,
        headers: { link: `<${next}>; rel="next"` },
        body: ids.map((id) => ({ id, body: "talk" })),
      });
    }
    const asked = standIn.calls.length;
    await expect(all(api.comments())).rejects.toMatchObject({ code: "forge-pages-endless" });
    expect(standIn.calls.length - asked).toBe(calls);
  });

  it("who has found the comment asks for no more pages", async () => {
    standIn.add("comments", `${MARK}\nfirst`, { author: 41 });
    for (let i = 0; i < 250; i++) standIn.add("comments", `talk ${i}`);
    const api = await forge();
    const asked = standIn.calls.length;
    expect(await postComment(api, MARK, "first")).toBe("unchanged");
    expect(standIn.calls.length - asked).toBe(1);
  });

  it("a list of what are no comments is one sentence", async () => {
    for (const body of [[null], [{ id: "../../x" }], [{}]]) {
      standIn.trouble.push({ status: 403 }, { status: 200, body });
      await expect(postComment(await forge(), MARK, "x")).rejects.toThrow(
        "answered with an item that has no id.",
      );
    }
  });

  it("one that asks to wait again and again is waited for twenty minutes in all", async () => {
    const api = await forge();
    for (let i = 0; i < 100; i++) {
      for (let n = 0; n < 5; n++) standIn.trouble.push({ status: 429, headers: { "retry-after": "100" } });
      const next = `${standIn.url}/repos/dieppe/org/issues/12/comments?page=${i}`;
      standIn.trouble.push({
        status: 200,
        headers: { link: `<${next}>; rel="next"` },
        body: [{ id: i, body: "" }],
      });
    }
    await expect(all(api.comments())).rejects.toMatchObject({ code: "asked-to-wait" });
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(20 * 60_000);
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

describe.each<ForgeName>(["github", "gitlab"])("labels on %s", (name) => {
  it("are set and taken off, as far as they are the tool's, and others are left alone", async () => {
    standIn.labels.push("urgent", "sanctioned:revokes");
    const set = async (...labels: string[]) => {
      const ours = ["sanctioned:widens", "sanctioned:revokes"];
      await (await forge(name)).setLabels({
        set: labels,
        unset: ours.filter((one) => !labels.includes(one)),
      });
      return [...standIn.labels];
    };
    expect(await set("sanctioned:widens")).toEqual(["urgent", "sanctioned:widens"]);
    expect(await set("sanctioned:widens")).toEqual(["urgent", "sanctioned:widens"]);
    expect(await set()).toEqual(["urgent"]);
    expect(await set()).toEqual(["urgent"]);
  });
});
