import { expect, it } from "vitest";
import type { Plan, PlannedRevocation } from "../../src/plan/plan.ts";
import { revocationReason } from "../../src/plan/reason.ts";
import { type Beside, besideOf, showsInputs } from "../../src/pulumi/elsewhere.ts";
import { headline, restOf, screenOf } from "../../src/pulumi/planLines.ts";
import { policyLines } from "../../src/pulumi/policyLines.ts";
import { AS_OF, app, grant, sfId, user } from "../inventories.ts";

const APPS = Array.from({ length: 40 }, (_, i) => app(`App ${i}`, sfId("0H4", i + 1)));
const day = (text: string) => Date.parse(`${text}T00:00:00Z`);

const NOWHERE: Beside = { elsewhere: "nowhere", isNew: false };
const DIFF: Beside = { elsewhere: "diff", isNew: false };
const NEW: Beside = { elsewhere: "diff", isNew: true };
const HELD: Beside = { elsewhere: "preview", isNew: false };

/** Each user loses one app, in the order of the apps. */
function planOf(apps: readonly number[], createdAt = day("2023-05-04")): Plan {
  const revocations = apps.map((n, i): PlannedRevocation => {
    const [of, who] = [APPS[n]!, user(i + 1)];
    const grants = [grant(who.id, of, { createdAt, lastUsedAt: createdAt })];
    const why = {
      code: "app-not-listed",
      at: { file: "p.yaml", line: 6, column: 1 },
      covers: "pair",
    } as const;
    const reason = revocationReason({ ...why, grants }, AS_OF);
    return {
      ...{ app: of, user: who, grants, others: [], reason, ...why },
      ...{ appLabel: of.name, userLabel: who.username },
    };
  });
  return { revocations };
}
const times = (count: number, n: number) => Array.from({ length: count }, () => n);

it("a few revocations are a line each, with the user, the day and why", () => {
  const plan = planOf([0, 0, 1]);
  expect(headline(plan)).toBe(
    "3 revocations planned: 2 × App 0 (app-not-listed), 1 × App 1 (app-not-listed)",
  );
  expect(screenOf(plan, DIFF)).toEqual(screenOf(plan, NOWHERE));
  expect(screenOf(plan, NOWHERE)).toEqual(
    [0, 0, 1].map(
      (n, i) =>
        `+ App ${n}, ${user(i + 1).username}: app not listed (p.yaml:6); granted 2023-05-04, last used 2023-05`,
    ),
  );
  expect(restOf(plan, NOWHERE, "")).toEqual([]);
});

it("what is in use says here since when, though not where it is compared", () => {
  const plan = planOf([0], day("2026-11-02"));
  expect(plan.revocations[0]!.reason).toMatch(/; in use$/);
  expect(screenOf(plan, DIFF)).toEqual([expect.stringMatching(/; in use, granted 2026-11-02$/)]);
});

it("many are a line for each app and rule, the most first: how many, why, who, since when", () => {
  const plan = planOf([...times(5, 0), ...times(20, 1)]);
  const [first, second] = screenOf(plan, DIFF);
  const name = (n: number) => user(n).username;
  expect(first).toBe(
    `20 × App 1: app not listed (p.yaml:6); ${name(6)}, ${name(7)}, ${name(8)} and 17 more; granted 2023-05-04, last used 2023-05`,
  );
  expect(second).toMatch(/^5 × App 0: /);
});

it("nobody is named before the diff of a resource that is new, which names each once", () => {
  for (const plan of [planOf([0]), planOf(times(20, 0))]) {
    const text = [headline(plan), ...screenOf(plan, NEW), ...restOf(plan, NEW, "")].join("\n");
    expect(text).not.toContain("@");
    expect(text).toMatch(/app not listed \(p\.yaml:6\); \d+ users?; granted 2023-05-04/);
  }
});

it("a screen is enough, however many apps and users there are", () => {
  const plan = planOf(APPS.flatMap((_, n) => times(10, n)));
  expect(headline(plan)).toBe("400 revocations planned: 40 apps, 400 users");
  for (const beside of [NOWHERE, NEW, DIFF]) {
    const lines = screenOf(plan, beside);
    expect(lines).toHaveLength(15);
    expect(lines.at(-1)).toBe("… and 260 more of 26 apps");
  }
});

it("what nothing else shows is listed after the screen, and cut with a count and the command that shows each", () => {
  const plan = planOf([...times(150, 0), ...times(1_000, 1)]);
  const lines = restOf(plan, NOWHERE, "npx pulumi preview --diff");
  expect(lines).toHaveLength(201);
  expect(lines.slice(0, 200).every((line) => line.startsWith("+ App "))).toBe(true);
  expect(lines.at(-1)).toBe("… and 950 more of 1 app: `npx pulumi preview --diff` shows each");
  for (const beside of [NEW, DIFF, HELD]) expect(restOf(plan, beside, "")).toEqual([]);
});

it("an update that its preview showed says how many, and repeats no name", () => {
  expect(screenOf(planOf([0]), HELD)).toEqual([]);
});

it.each<[string, boolean]>([
  ["pulumi preview --diff", true],
  ["pulumi up --yes --diff=true", true],
  ["pulumi preview -j", true],
  ["pulumi preview --json --non-interactive", true],
  ["pulumi preview --diff=false", false],
  ["pulumi preview --different --save-plan diff", false],
  ["", false],
])("'%s' shows the inputs of a resource: %s", (command, expected) => {
  expect(showsInputs(command.split(" "))).toBe(expected);
});

it("each revocation is listed where it cannot be told what the engine shows, or the engine shows nothing", () => {
  const of = { isPreview: true, isNew: true, isRefused: false, isHeld: false, engine: null };
  const engine = { command: ["pulumi", "preview", "--diff"] };
  const elsewhere = (more: Partial<Parameters<typeof besideOf>[0]>) => besideOf({ ...of, ...more }).elsewhere;
  expect(elsewhere({})).toBe("nowhere");
  expect(elsewhere({ engine: {} })).toBe("nowhere");
  expect(elsewhere({ engine })).toBe("diff");
  expect(elsewhere({ engine, isRefused: true })).toBe("nowhere");
  expect(elsewhere({ isPreview: false, isHeld: true })).toBe("preview");
  expect(elsewhere({ isPreview: false })).toBe("diff");
});

it("a new resource whose revocations are more than a screen has each once, after what they have in common", () => {
  const plan = planOf(times(20, 0));
  const lines = [...screenOf(plan, { ...NEW, elsewhere: "nowhere" }), ...restOf(plan, NOWHERE, "")];
  expect(lines).toHaveLength(21);
  for (let n = 1; n <= 20; n++)
    expect(lines.filter((line) => line.includes(` ${user(n).username}:`))).toHaveLength(1);
  expect(lines[0]).not.toContain("@");
});

it("a change of the policy says which rule of what, and shows no value that a program gave", () => {
  const before = { apps: { Slack: { owner: "a", scopes: "api" } }, limits: { percent: 25 }, __given: "x" };
  const now = { apps: { Slack: { owner: "b\u001b" }, Notion: { owner: "c" } }, limits: { percent: 25 } };
  const said = { beside: NOWHERE, withValues: true };
  expect(policyLines(before, now, said)).toEqual([
    "policy changed since the last update: 3 rules",
    '  ~ apps > Slack > owner: "a" => "b\\u{1b}"',
    '  - apps > Slack > scopes: "api"',
    '  + apps > Notion > owner: "c"',
  ]);
  expect(policyLines(before, now, { ...said, withValues: false })).toContain("  ~ apps > Slack > owner");
  expect(policyLines(before, before, said)).toEqual([]);
  expect(policyLines(before, now, { ...said, beside: DIFF })).toEqual([]); // the engine says it
  expect(policyLines(undefined, now, said)).toEqual([]);
  const many = { apps: Object.fromEntries(APPS.map(({ name }) => [name, "everyone"])) };
  expect(policyLines({}, many, said).slice(-2)).toEqual([
    '  + apps > App 9: "everyone"',
    "  … and 30 more: `npx pulumi preview --diff` shows each",
  ]);
});
