import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { forgeFromEnvironment } from "../../src/forge/fromEnvironment.ts";
import type { ForgeName } from "../../src/forge/names.ts";
import { keepIssue } from "../../src/forge/sticky.ts";
import type { PlanFile } from "../../src/plan/planSchema.ts";
import { hiddenMark } from "../../src/pullRequest/comment.ts";
import { driftToldOf } from "../../src/pullRequest/driftIssue.ts";
import { somePlan } from "../report/someReport.ts";
import { ForgeStandIn, TOKEN } from "./standIn.ts";

const MARK = hiddenMark("drift", "policy/some.yaml");
const plan: PlanFile = somePlan();
const [evil, bobs, ...outlook] = plan.revocations;
/** A night of which these break the policy. */
const night = (day: number, revocations: PlanFile["revocations"]): PlanFile => ({
  ...plan,
  asOf: `2026-11-${day}T03:17:00.000Z`,
  revocations,
  findings: [],
  counts: { ...plan.counts, report: {} },
});
let standIn: ForgeStandIn;

beforeEach(async () => {
  standIn = await new ForgeStandIn().start();
});
afterEach(() => standIn.stop());

const forge = (name: ForgeName) =>
  forgeFromEnvironment(
    name,
    {},
    false,
    name === "github"
      ? { GITHUB_API_URL: standIn.url, GITHUB_REPOSITORY: "dieppe/org", GITHUB_TOKEN: TOKEN }
      : { CI_API_V4_URL: `${standIn.url}/api/v4`, CI_PROJECT_ID: "dieppe/org", GITLAB_TOKEN: TOKEN },
    { sleep: async () => undefined, random: () => 0.5 },
  );
const keep = async (name: ForgeName, ofNight: PlanFile) =>
  (await keepIssue(await forge(name), MARK, driftToldOf(ofNight))).what;
const visible = (text: string) => text.replaceAll(/<!-- .*? -->/g, "").trim();
const told = () => standIn.said.map(({ body }) => visible(body));

describe.each<ForgeName>(["github", "gitlab"])("the issue of drift on %s", (name) => {
  it("is opened, told of in a comment when something joins or settles, closed with what was settled, and opened again", async () => {
    expect(await keep(name, night(20, []))).toBe("nothing to do");
    expect(await keep(name, night(21, [bobs!]))).toBe("opened");
    expect(await keep(name, night(22, [bobs!]))).toBe("updated");
    expect(await keep(name, night(22, [bobs!]))).toBe("unchanged");
    expect(told()).toEqual([]);
    expect(await keep(name, night(23, [evil!, bobs!]))).toBe("updated");
    expect(await keep(name, night(24, [evil!, bobs!]))).toBe("updated");
    expect(told()).toHaveLength(1);
    expect(await keep(name, night(25, [evil!, ...outlook]))).toBe("updated");
    expect(await keep(name, night(26, []))).toBe("closed");
    expect(await keep(name, night(27, []))).toBe("nothing to do");
    expect(await keep(name, night(28, [bobs!]))).toBe("updated");
    await expect(told().join("\n\n---\n\n")).toMatchFileSnapshot(
      "../pullRequest/golden/drift-comments.golden.md",
    );
    expect(standIn.issues).toMatchObject([
      { isOpen: true, title: "Connected users: 1 grant breaks the policy" },
    ]);
  });

  it("keeps readable what it said when it is closed", async () => {
    await keep(name, night(21, [bobs!]));
    const before = visible(standIn.issues[0]!.body);
    await keep(name, night(22, []));
    expect(standIn.issues).toMatchObject([
      { isOpen: false, title: "Connected users: the org keeps to the policy" },
    ]);
    expect(standIn.issues[0]!.body).toContain("<details><summary>What broke the policy until then</summary>");
    expect(standIn.issues[0]!.body).toContain(before);
  });

  it("tells nothing twice where a run ended after its comment", async () => {
    await keep(name, night(21, [bobs!]));
    const api = await forge(name);
    const broken = { ...api, updateIssue: () => Promise.reject(new Error("killed")) };
    await expect(keepIssue(broken, MARK, driftToldOf(night(22, [evil!, bobs!])))).rejects.toThrow("killed");
    expect(told()).toHaveLength(1);
    expect(await keep(name, night(23, [evil!, bobs!]))).toBe("updated");
    expect(told()).toHaveLength(1);
    await expect(keepIssue(broken, MARK, driftToldOf(night(24, [])))).rejects.toThrow("killed");
    expect(await keep(name, night(25, []))).toBe("closed");
    expect(told()).toHaveLength(2);
  });

  it("tells nothing twice where two runs are at it at once, and stays one issue", async () => {
    expect(await Promise.all([keep(name, night(21, [bobs!])), keep(name, night(21, [bobs!]))])).toEqual([
      "opened",
      "opened",
    ]);
    expect(standIn.issues.filter(({ isOpen }) => isOpen)).toMatchObject([{ id: 1 }]);
    const both = [night(22, [bobs!, ...outlook]), night(22, [bobs!, evil!, ...outlook])];
    await Promise.all(both.map((one) => keep(name, one)));
    await keep(name, both[1]!);
    const named = (text: string) => told().filter((one) => one.includes(text)).length;
    expect(named("user6@dieppe.example")).toBe(1);
    expect(named("alert(1)")).toBe(1);
    expect(await keep(name, night(23, []))).toBe("closed");
    expect(await keep(name, night(24, []))).toBe("nothing to do");
  });

  it("takes away no comment but the one that this run has just made", async () => {
    await keep(name, night(21, [bobs!]));
    const slow = night(22, [bobs!, evil!]);
    const api = await forge(name);
    // The other run does not see this one's comment yet, and has ended.
    const late = {
      ...api,
      commentOnIssue: async (issue: number, body: string) => {
        const id = await api.commentOnIssue(issue, body);
        standIn.said.push({
          ...standIn.said.at(-1)!,
          id: id + 50,
          body: body.replace("1 new case", "another"),
        });
        return id;
      },
    };
    await keepIssue(late, MARK, driftToldOf(slow));
    expect(standIn.said).toHaveLength(2);
  });

  it("heeds no comment of somebody else, and none that quotes its mark", async () => {
    await keep(name, night(21, [bobs!]));
    const forged = standIn.issues[0]!.body;
    standIn.said.push({
      ...standIn.issues[0]!,
      id: 1,
      author: 7,
      body: forged.replace("memory ", "memory x"),
      issue: 1,
    });
    standIn.said.push({ ...standIn.issues[0]!, id: 2, body: `> ${MARK}`, issue: 1 });
    await keep(name, night(22, [bobs!, evil!]));
    expect(standIn.said).toHaveLength(3);
  });
});
