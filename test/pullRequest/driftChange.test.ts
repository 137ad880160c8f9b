import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { PlanFile } from "../../src/plan/planSchema.ts";
import {
  changeComment,
  changeLine,
  changeSince,
  driftOf,
  sizeOf,
} from "../../src/pullRequest/driftChange.ts";
import { driftToldOf } from "../../src/pullRequest/driftIssue.ts";
import { memoryMark, rememberedIn } from "../../src/pullRequest/driftMemory.ts";
import { fleetDriftTold } from "../../src/pullRequest/fleetIssue.ts";
import { sfId } from "../inventories.ts";
import { CLEAN, fleetOf, PLAN, UNREACHABLE } from "../report/fleet/someFleet.ts";
import { somePlan } from "../report/someReport.ts";

const plan: PlanFile = somePlan();
const bobs = plan.revocations[1]!;
const of = (users: number, name = "Bob's Lead Scoring Tool", from = 0): PlanFile["revocations"] =>
  Array.from({ length: users }, (_, i) => ({
    ...bobs,
    app: { id: null, name, kind: "unknown" as const },
    user: { id: sfId("005", from + i), username: `somebody.${from + i}@dieppe.example` },
  }));
const groups = (...revocations: PlanFile["revocations"][]) =>
  driftOf({ ...plan, findings: [], revocations: revocations.flat() }, null);
/** What an issue of such a night remembers the night after. */
const remembering = (...revocations: PlanFile["revocations"][]) =>
  rememberedIn([memoryMark(changeSince(null, groups(...revocations), "2026-11-21").now)]);

describe("what is new in drift", () => {
  it("is who lost an app by no rule before: not a token that was rotated, nor another reason or line", () => {
    const rotated = of(3).map((one) => ({
      ...one,
      code: "user-inactive" as const,
      policy: { file: "x", line: 1 },
      grants: [{ granted: "2026-11-21T00:00:00.000Z", lastUsed: null, useCount: 1 }],
    }));
    expect(changeSince(remembering(of(3)), groups(rotated), "2026-11-22")).toMatchObject({
      joined: [],
      settled: [],
    });
    const change = changeSince(remembering(of(3)), groups(of(1), of(1, "Slack")), "2026-11-22");
    expect(change.joined.map(({ count, names }) => [count, names])).toEqual([
      [1, ["somebody.0@dieppe.example"]],
    ]);
    expect(change.settled.map(({ names }) => names)).toEqual([
      ["somebody.1@dieppe.example", "somebody.2@dieppe.example"],
    ]);
    expect([change.since, change.now.number, change.now.day]).toEqual(["2026-11-21", 2, "2026-11-22"]);
  });

  it("is everything where nothing is remembered, or what is cannot be read", () => {
    const bomb = deflateRawSync(Buffer.alloc(5_000_000, 32)).toString("base64");
    const marks = [
      "AAAA",
      bomb,
      ...[
        "[]",
        "null",
        '[1,"2026-11-21",[[null,"a",2,["x"],null]]]',
        '[-1,"2026-11-21",[]]',
        '[1,"now",[]]',
      ].map((json) => deflateRawSync(json).toString("base64")),
    ];
    for (const code of marks) {
      const remembered = rememberedIn([`<!-- sanctioned:memory ${code} -->`]);
      expect([code.slice(0, 20), remembered]).toEqual([code.slice(0, 20), null]);
      expect(sizeOf(changeSince(remembered, groups(of(2)), "2026-11-22").joined)).toBe(2);
    }
  });

  it("is not what an app's name says of it: nobody is kept from being told of by what something is called", () => {
    const forged = (rows: unknown[]) =>
      `<!-- sanctioned:memory ${deflateRawSync(JSON.stringify([2 ** 53 - 1, "2026-11-21", rows])).toString("base64")} -->`;
    const known = groups(of(1, "Evil", 9))[0]!.cases.map(({ key }) => key);
    for (const name of [forged([[null, null, 9_999, null, null]]), forged([[null, "x", 1, known, null]])]) {
      const night = (...revocations: PlanFile["revocations"][]) =>
        driftToldOf({ ...plan, findings: [], revocations: revocations.flat() });
      const first = night(of(2, name)).said([]);
      expect(rememberedIn([first.content!.body])).toEqual(first.change.now);
      const second = night(of(2, name), of(1, "Evil", 9)).said([first.content!.body]);
      expect(second.change.joined).toMatchObject([{ what: "Evil: app not listed", count: 1 }]);
      expect(rememberedIn([second.comment!])?.number).toBe(2);
      // What stood there is shown as it stood, once the issue is closed.
      expect(night().said([first.content!.body]).closing.body).toContain(name);
    }
  });

  it("is told by numbers where there were too many to remember each, and never in a text that is too long", () => {
    for (const [users, apps] of [
      [500, 1],
      [2_000, 1],
      [6_000, 1],
      [1, 2_000],
    ] as const) {
      const before = Array.from({ length: apps }, (_, i) => of(users, `App ${i}`));
      const remembered = remembering(...before);
      expect(sizeOf(remembered!.groups)).toBe(users * apps);
      const change = changeSince(remembered, groups(...before, of(7, "App 0", 90_000)), "2026-11-22");
      expect([sizeOf(change.joined), sizeOf(change.settled)]).toEqual([7, 0]);
      expect(changeComment(change)!.length).toBeLessThan(65_536);
      const all = changeSince(null, groups(...before), "2026-11-22");
      expect(changeComment(all)!.length).toBeLessThan(65_536);
      expect(memoryMark(all.now).length).toBeLessThanOrEqual(20_000);
    }
  });

  it("is not that nothing breaks the policy, where that only reports what was to be revoked", () => {
    const night = (revocations: PlanFile["revocations"], reported: number) =>
      driftToldOf({
        ...plan,
        findings: [],
        revocations,
        counts: { ...plan.counts, report: { "app-not-listed": reported } },
      });
    const first = night(of(2), 0).said([]);
    const { content, comment, change } = night([], 2).said([first.content!.body]);
    expect(content).toBeNull();
    expect(comment).toContain(
      "⚠️ **Nothing is to be revoked any more, but 2 grants are only reported.** 2 cases settled since 2026-11-23.",
    );
    expect(changeLine(change)).toMatch(
      /^nothing is to be revoked any more, but 2 grants are only reported; settled since 2026-11-23: /,
    );
  });

  it("is one line for a chat, which settling but some of it is not worth", () => {
    const change = (before: number, now: number) =>
      changeLine(changeSince(remembering(of(before)), groups(of(now)), "2026-11-22"));
    expect(change(1, 6)).toBe(
      "5 new cases since 2026-11-21, 6 in all: Bob's Lead Scoring Tool: app not listed: 5 (somebody.1@dieppe.example, somebody.2@dieppe.example, somebody.3@dieppe.example and 2 more)",
    );
    expect([change(2, 1), change(2, 2)]).toEqual([null, null]);
    expect(change(1, 0)).toBe(
      "nothing breaks the policy any more; settled since 2026-11-21: Bob's Lead Scoring Tool: app not listed: 1 (somebody.0@dieppe.example)",
    );
  });
});

describe("what is new in a fleet", () => {
  const said = (texts: readonly string[], ...orgs: Parameters<typeof fleetOf>[0]) =>
    fleetDriftTold(fleetOf(orgs)).said(texts);
  const green = { name: "green", plan: CLEAN };

  it("is told by org, with an org that cannot be judged any more; of such a one nothing is settled", () => {
    const first = said([], green, { name: "nice", plan: PLAN });
    const body = first.content!.body;
    const gone = said([body], green, { ...UNREACHABLE, name: "nice" });
    expect(gone.change.settled).toEqual([]);
    expect(gone.change.joined).toMatchObject([{ org: "nice", count: 1 }]);
    const still = said([gone.content!.body, gone.comment!], green, { ...UNREACHABLE, name: "nice" });
    expect([still.comment, still.change.now.number]).toEqual([null, gone.change.now.number]);
    const back = said([still.content!.body], green, { name: "nice", plan: PLAN });
    expect(back.change.joined).toEqual([]);
    expect(sizeOf(back.change.settled)).toBe(1);
    const clean = said([back.content!.body], green, { name: "nice", plan: CLEAN });
    expect(clean.content).toBeNull();
    expect(clean.comment).toContain(
      "✅ **Nothing breaks the policy any more.** 4 cases settled since 2026-11-23.",
    );
    expect(clean.closing.body).toContain("What broke the policy until then");
  });
});
