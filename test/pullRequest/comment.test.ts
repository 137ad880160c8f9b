import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countGrantsOf } from "../../src/plan/plan.ts";
import { planDifference, type Revocation } from "../../src/plan/planDifference.ts";
import type { PlanFile } from "../../src/plan/planSchema.ts";
import { commentOn, failureBody, hiddenMark } from "../../src/pullRequest/comment.ts";
import { cleanIssue, driftIssue } from "../../src/pullRequest/driftIssue.ts";
import { count } from "../../src/text.ts";
import { app, sfId } from "../inventories.ts";
import { HOSTILE_APP, somePlan } from "../report/someReport.ts";

const commentBody = (...of: Parameters<typeof commentOn>) => commentOn(...of).body;
const plan: PlanFile = somePlan();
const clean: PlanFile = {
  ...plan,
  revocations: [],
  findings: [],
  counts: { ...plan.counts, revoke: {}, report: {} },
};
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

/** Who of so many users loses which of so many apps; the first apps have the most. */
function many(apps: number, users: number, nameOf: (i: number) => string = (i) => `App ${i}`): Revocation[] {
  return Array.from({ length: apps }, (_, i) =>
    Array.from({ length: Math.max(1, Math.ceil(users / (i + 1))) }, (_, n) => ({
      ...plan.revocations[1]!,
      app: { id: null, name: nameOf(i), kind: "unknown" as const },
      user: { id: sfId("005", n), username: `user${n}@dieppe.example` },
    })),
  ).flat();
}

/** The rows of the table by app, each as its cells. */
function effectRows(body: string): string[][] {
  const table = body.split("\n\n").find((part) => part.startsWith("| Cause |"))!;
  return table
    .split("\n")
    .slice(2)
    .map((row) => row.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")));
}

const numberOf = (text: string) => Number(text.replaceAll(/[,*]/g, ""));
const grantsOf = (rows: string[][]) => rows.reduce((sum, row) => sum + numberOf(row[3]!), 0);

describe("the table by app and reason", () => {
  it.each<[string, Revocation[], Revocation[]]>([
    ["few apps of many users", many(3, 2_000), many(5, 40)],
    ["hundreds of apps", many(400, 100), []],
    ["thousands of apps", many(1_500, 100), many(3, 10)],
    [
      "apps with names of 200 characters",
      many(400, 50, (i) => `${i}${"n".repeat(200)}`),
      many(400, 50, (i) => `${i}${"d".repeat(200)}`),
    ],
    [
      "apps with names that are escaped",
      many(200, 50, (i) => `${i}${"\u202e|`".repeat(66)}`),
      many(1_000, 5),
    ],
  ])("adds up in a comment that the forge takes: %s", (_, revokes, drift) => {
    const apart = drift.map((one) => ({ ...one, user: { ...one.user, id: `${one.user.id.slice(0, 17)}Z` } }));
    const head = { ...plan, revocations: [...revokes, ...apart] };
    for (const refusal of [null, "too many"]) {
      const body = commentBody(
        { ...head, limits: { ...head.limits, refusal } },
        { ...plan, revocations: apart },
      );
      expect(body.length).toBeLessThan(65_536);
      const rows = effectRows(body);
      const of = (cause: string) => grantsOf(rows.filter(([first]) => first === cause));
      expect([of("this change"), of("drift")]).toEqual([countGrantsOf(revokes), countGrantsOf(apart)]);
      expect(rows.at(-1)!.slice(0, 4)).toEqual([
        refusal === null ? "**Merging revokes**" : "**Refused in all**",
        "",
        expect.anything(),
        `**${count(countGrantsOf(head.revocations))}**`,
      ]);
      const causes = rows.map(([cause]) => cause);
      expect(causes.lastIndexOf("this change")).toBeLessThan(
        drift.length === 0 ? causes.length : causes.indexOf("drift"),
      );
    }
  });

  it("has a row for every app as long as there is room without names, and for the biggest where there is not", () => {
    const names = (body: string) =>
      effectRows(body).flatMap(([, app]) => (/^App \d+$/.test(app!) ? app! : []));
    expect(names(commentBody({ ...plan, revocations: many(500, 50) }, clean))).toHaveLength(500);
    const some = names(commentBody({ ...plan, revocations: many(1_500, 100) }, clean));
    expect(some.length).toBeGreaterThan(300);
    expect(some[0]).toBe("App 0");
  });

  it("says how many apps and grants are in no row, and why they go", () => {
    const body = commentBody({ ...plan, revocations: many(1_500, 100) }, clean);
    const rest = effectRows(body).find(([, app]) => app!.startsWith("…"))!;
    const shown = effectRows(body).filter(([cause, app]) => cause === "this change" && !app!.startsWith("…"));
    expect(rest[1]).toBe(`… ${count(1_500 - shown.length)} more apps`);
    expect(rest[4]).toBe(`${count(1_500 - shown.length)} × app not listed`);
  });
});

describe("who loses what", () => {
  it("stands open where the change takes little, and drift is folded however little it is", () => {
    const [open, folded] = [many(1, 15), many(1, 16)].map((revocations) =>
      commentBody(
        { ...plan, revocations: [...revocations, plan.revocations[0]!] },
        { ...clean, revocations: [plan.revocations[0]!] },
      ),
    );
    expect(open).toContain("\n\n### This change revokes: 15 grants of 15 users\n\n|");
    expect(folded).toContain("<details><summary>This change revokes: 16 grants of 16 users</summary>");
    for (const body of [open, folded])
      expect(body).toContain("<details><summary>Drift that merging revokes too: 1 grant of 1 user</summary>");
  });

  it("is cut by rows, of each app as many as of another, and says how many are left out", () => {
    const revocations = [...many(1, 3_000), ...many(1, 30, () => "Small")];
    const body = commentBody({ ...plan, revocations }, clean);
    const rows = (app: string) =>
      body.split("\n").filter((line) => line.startsWith(`| ${app} | \`user`)).length;
    expect(rows("Small")).toBe(30);
    expect(rows("App 0")).toBe(170);
    expect(body).toContain(`… and 2,830 more: \`npx sanctioned plan --all\` shows all`);
  });
});

it("over the limits it says so first, and nothing as if it would happen", () => {
  for (const body of [
    commentBody(refused, before),
    commentBody(refused, null),
    commentBody(plan, before, { refusal: "the fleet is over its limits" }),
  ]) {
    expect(body.split("\n\n")[1]).toMatch(
      /^⛔ \*\*Over the limits: merging this revokes nothing\.\*\* Refused are 4 grants/,
    );
    expect(body.split("\n\n")[2]).toMatch(/^\*\*Refused:\*\* /);
    expect(body.replace("merging this revokes nothing", "")).not.toMatch(/revokes|can be merged/i);
  }
});

it("a refusal that names hundreds of apps is cut, and an output too", () => {
  const long = {
    ...plan,
    limits: { ...plan.limits, refusal: "7 of App, over 5 for one app, ".repeat(9_000) },
  };
  expect(commentBody(long, clean).length).toBeLessThan(20_000);
  expect(driftIssue(long)!.body.length).toBeLessThan(20_000);
  expect(failureBody("x".repeat(200_000), "p.yaml").length).toBeLessThan(10_000);
});

describe("the audit record that is at hand", () => {
  const whole = { file: "audit.jsonl", head: "f".repeat(64), isWhole: true };
  const texts = (record: typeof whole | null) => [
    commentBody(plan, before, { record }),
    driftIssue(plan, record)!.body,
    cleanIssue(clean, record).body,
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
    expect(cleanIssue(clean).body).toContain(
      "✅ **The grants of Dieppe that were counted keep to policy/some.yaml** since 2026-11-23T12:00:00.000Z.",
    );
  });

  it("does not say of grants that are only reported that they keep to the policy", () => {
    const piloted = {
      ...clean,
      policy: { ...clean.policy, mode: "report" as const },
      counts: { ...clean.counts, report: { "app-not-listed": 3, idle: 1 } },
    };
    const { title, body } = cleanIssue(piloted);
    expect(title).toBe("Connected users: nothing is to be revoked");
    expect(body).toContain(
      "⚠️ **By policy/some.yaml nothing is to be revoked in Dieppe, but 4 grants are only reported** since 2026-11-23T12:00:00.000Z.",
    );
    expect(body).toContain("The policy is in `mode: report`: nothing is revoked.");
    expect(`${title}${body}`).not.toMatch(/✅|keeps? to/);
    expect(cleanIssue({ ...clean, counts: { ...clean.counts, report: { idle: 1 } } }).body).toContain(
      "but 1 grant is only reported**",
    );
  });
});
