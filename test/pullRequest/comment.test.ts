import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countGrantsOf } from "../../src/plan/plan.ts";
import { planDifference } from "../../src/plan/planDifference.ts";
import type { PlanFile } from "../../src/plan/planSchema.ts";
import { commentBody, failureBody, hiddenMark } from "../../src/pullRequest/comment.ts";
import { cleanIssue, driftIssue } from "../../src/pullRequest/driftIssue.ts";
import { count } from "../../src/text.ts";
import { app, sfId } from "../inventories.ts";
import { HOSTILE_APP, somePlan } from "../report/someReport.ts";

const plan: PlanFile = somePlan();
const clean: PlanFile = { ...plan, revocations: [], findings: [] };
/** Without the change one grant less broke the policy, another did, and one finding is settled. */
const before: PlanFile = {
  ...plan,
  policy: { ...plan.policy, digest: "0".repeat(64) },
  revocations: [
    ...plan.revocations.slice(1),
    { ...plan.revocations[1]!, user: { id: sfId("005", 77), username: "user77@dieppe.example" } },
  ],
  findings: plan.findings.slice(1),
};
const refused: PlanFile = {
  ...plan,
  limits: { ...plan.limits, refusal: "4 revocations are over the limit of 3" },
};

describe.each<[name: string, body: () => string]>([
  ["revokes", () => commentBody(plan, clean)],
  ["drift", () => commentBody(plan, before)],
  ["first", () => commentBody(plan, null)],
  ["clean", () => commentBody(clean, clean)],
  ["refused", () => commentBody(refused, before)],
  ["report", () => commentBody({ ...clean, policy: { ...clean.policy, mode: "report" } }, null)],
  [
    "failed",
    () => failureBody(`policy/some.yaml:3:1: unknown key\n\`\`\`\n</details>@everyone`, "policy/some.yaml"),
  ],
  ["inconclusive", () => failureBody("Inconclusive: the org counted 12 grants\n", "policy/some.yaml")],
])("the comment: %s", (name, body) => {
  it("is the same bytes as ever", async () => {
    await expect(body()).toMatchFileSnapshot(`golden/comment-${name}.golden.md`);
  });

  it("has the verdict right below its heading, and says what is next", () => {
    expect(body().split("\n\n")[1]).toMatch(/^(✅|⚠️|⛔|❓) \*\*.*\*\*/);
    expect(body()).toContain("**Next:** ");
  });
});

describe("what a change does", () => {
  it("is told apart from what was there before it", () => {
    const { revokes, keeps, drift, newFindings, settledFindings, samePolicy } = planDifference(before, plan);
    expect(revokes.map(({ app }) => app.name)).toEqual([HOSTILE_APP]);
    expect(keeps.map(({ user }) => user.username)).toEqual(["user77@dieppe.example"]);
    expect(countGrantsOf(drift)).toBe(3);
    expect([newFindings.length, settledFindings.length, samePolicy]).toEqual([1, 0, false]);
  });

  it("of a user's two grants for one app, only the one that it is about", () => {
    const two = {
      ...plan.revocations[1]!,
      grants: [plan.revocations[1]!.grants[0]!, { granted: null, lastUsed: null, useCount: 1 }],
    };
    const difference = planDifference(plan, { ...plan, revocations: [two] });
    expect(difference.revokes.map(({ grants }) => grants)).toEqual([[two.grants[1]]]);
    expect(countGrantsOf(difference.drift)).toBe(1);
  });

  it("every grant is in one part, whatever the plans", () => {
    const some = fc.subarray(plan.revocations);
    fc.assert(
      fc.property(some, some, (base, head) => {
        const { revokes, keeps, drift } = planDifference(
          { ...plan, revocations: base },
          { ...plan, revocations: head },
        );
        expect(countGrantsOf(revokes) + countGrantsOf(drift)).toBe(countGrantsOf(head));
        expect(countGrantsOf(keeps) + countGrantsOf(drift)).toBe(countGrantsOf(base));
      }),
    );
  });

  it("a finding is not new because its policy line moved", () => {
    const moved = plan.findings.map((finding) => ({ ...finding, policy: { file: "x", line: 1 } }));
    expect(planDifference(plan, { ...plan, findings: moved }).newFindings).toEqual([]);
  });
});

describe("whatever the names", () => {
  const hostile = fc.string({
    unit: fc.constantFrom(
      "`",
      "|",
      "\n",
      "\\",
      "<",
      "</details>",
      "-->",
      "@everyone",
      "#1",
      "\u202e",
      "```",
      "https://x.y",
      "a",
      " ",
    ),
    maxLength: 12,
  });
  const plans = fc
    .record({ names: fc.array(fc.tuple(hostile, hostile), { maxLength: 12 }), refusal: fc.option(hostile) })
    .map(({ names, refusal }): PlanFile => {
      const revocations = names.map(([appName, username], i) => ({
        ...plan.revocations[0]!,
        app: { ...app(appName), id: null },
        user: { id: sfId("005", i), username },
      }));
      const parts = revocations.map(({ app: { id, name }, ...rest }) => ({
        ...rest,
        app: { id, name, kind: "unknown" as const },
      }));
      return {
        ...plan,
        org: { ...plan.org, name: names[0]?.[0] ?? "x" },
        revocations: parts,
        limits: { ...plan.limits, refusal },
      };
    });

  it("parts that are folded end, tables keep their cells, and nothing is mentioned or linked", () => {
    fc.assert(
      fc.property(plans, plans, (base, head) => {
        for (const body of [commentBody(head, base), driftIssue(head)?.body ?? ""]) {
          const visible = body.replace(/(?<!`)(`+)(?!`)[^\n]*?[^`](?<!`)\1(?!`)/g, "");
          expect(visible.match(/<details>/g)?.length).toBe(visible.match(/<\/details>/g)?.length);
          expect(visible).not.toMatch(/@|-->|#\d|:\/\/|\u202e/);
          for (const table of body.split("\n\n").filter((part) => part.startsWith("|")))
            expect(
              new Set(table.split("\n").map((row) => row.replaceAll("\\|", "").split("|").length)).size,
            ).toBe(1);
        }
      }),
    );
  });

  it("an output stays in its fence", () => {
    fc.assert(
      fc.property(hostile, (output) => {
        const body = failureBody(output, "policy/some.yaml");
        const [, fence, inside] = /\n\n(`{3,})text\n([\s\S]*)\n\1\n\n/.exec(body)!;
        expect(inside).not.toContain(fence!);
      }),
    );
  });
});

it("is short enough for GitHub however much there is to say, and counts what it leaves out", () => {
  const many = Array.from({ length: 20_000 }, (_, i) => ({
    ...plan.revocations[0]!,
    user: { id: sfId("005", i), username: `user${i}@dieppe.example` },
  }));
  const body = commentBody({ ...plan, revocations: many }, clean);
  expect(body.length).toBeLessThan(65_536);
  const [, shown, more] = /This change revokes: ([\d,]+)[\s\S]*… and ([\d,]+) more/.exec(body)!;
  const rows = body.split("\n").filter((line) => /`user\d+@dieppe\.example` \| 1 \|/.test(line)).length;
  expect([shown, more]).toEqual(["20,000", count(20_000 - rows)]);
  expect(failureBody("x".repeat(200_000), "p.yaml").length).toBeLessThan(10_000);
});

describe("the audit record that is at hand", () => {
  const whole = { file: "audit.jsonl", head: "f".repeat(64), isWhole: true };
  const texts = (record: typeof whole | null) => [
    commentBody(plan, before, record),
    driftIssue(plan, record)!.body,
    cleanIssue(clean, record),
  ];

  it("has its whole last hash in the comment and in the issue, open or closed", () => {
    for (const text of texts(whole)) expect(text).toContain(`The audit record ends with \`${whole.head}\`.`);
    for (const text of texts(null)) expect(text).not.toContain("audit record");
  });

  it("is said not to be whole at the top, and its hash is not held out as one to keep", () => {
    for (const text of texts({ ...whole, isWhole: false })) {
      expect(text.slice(0, 900)).toContain("⛔ **The audit record audit.jsonl is not whole:**");
      expect(text).not.toContain(whole.head);
    }
  });
});

it("a mark is one for each kind and name, and shows nothing of the name", () => {
  expect(hiddenMark("comment", "a -->")).toMatch(/^<!-- sanctioned:comment:[0-9a-f]{16} -->$/);
  expect(
    new Set([hiddenMark("comment", "a"), hiddenMark("comment", "b"), hiddenMark("drift", "a")]).size,
  ).toBe(3);
});

describe("the issue of the night", () => {
  it("is there for revocations, and for findings that are errors", async () => {
    await expect(driftIssue(plan)!.body).toMatchFileSnapshot("golden/drift.golden.md");
    expect(driftIssue(plan)!.title).toBe("Connected users: 4 grants break the policy");
    const error = { ...plan.findings[0]!, severity: "error" as const };
    expect(driftIssue({ ...clean, findings: [error] })!.title).toBe(
      "Connected users: 1 finding breaks the policy",
    );
  });

  it("is not there for warnings and notes alone", () => {
    expect(driftIssue({ ...clean, findings: plan.findings })).toBeNull();
    expect(cleanIssue(clean)).toContain(
      "✅ **The grants of Dieppe that were counted keep to policy/some.yaml** since 2026-11-23T12:00:00.000Z.",
    );
  });
});
