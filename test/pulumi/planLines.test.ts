import { expect, it } from "vitest";
import type { Plan, PlannedRevocation } from "../../src/plan/plan.ts";
import { revocationReason } from "../../src/plan/reason.ts";
import { headline, inRed, removalLines } from "../../src/pulumi/planLines.ts";
import { planShown } from "../../src/pulumi/planShown.ts";
import { policyLines, showsInputs } from "../../src/pulumi/policyLines.ts";
import { count } from "../../src/text.ts";
import { AS_OF, app, grant, sfId, user } from "../inventories.ts";

const APPS = Array.from({ length: 40 }, (_, i) => app(`App ${i}`, sfId("0H4", i + 1)));
const day = (text: string) => Date.parse(`${text}T00:00:00Z`);

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

const WHOLE = "npx sanctioned plan";
const lines = (plan: Plan) => removalLines(plan, WHOLE);
const name = (n: number) => user(n).username;

it("who loses one app is named in one line, with the rule and its place; several have those in a line before theirs", () => {
  const plan = planOf([0, 0, 1]);
  expect(headline(plan)).toBe(
    "3 revocations planned: 2 × App 0 (app-not-listed), 1 × App 1 (app-not-listed)",
  );
  const dates = "granted 2023-05-04, last used 2023-05";
  expect(lines(plan)).toEqual([
    `- 2 × App 0: app not listed (p.yaml:6); 2 users; ${dates}`,
    `- App 1: ${name(3)} (app not listed, p.yaml:6); ${dates}`,
    `- App 0: ${name(1)} (app not listed); ${dates}`,
    `- App 0: ${name(2)} (app not listed); ${dates}`,
  ]);
});

it("what is in use says here since when, though not where it is compared", () => {
  const plan = planOf([0], day("2026-11-02"));
  expect(plan.revocations[0]!.reason).toMatch(/; in use$/);
  expect(lines(plan)).toEqual([expect.stringMatching(/; in use, granted 2026-11-02$/)]);
});

it("of more than a screenful the apps come first, the most first, then users of each, and how many there are besides", () => {
  const plan = planOf([...times(118, 0), ...times(183, 1), ...times(3, 2)]);
  const all = lines(plan);
  expect(all.slice(0, 3).map((line) => line.slice(0, 13))).toEqual([
    "- 183 × App 1",
    "- 118 × App 0",
    "- 3 × App 2: ",
  ]);
  const named = all.slice(3, -1).map((line) => /^- (App \d): \S+@\S+ \(app not listed\)/.exec(line)?.[1]);
  expect(
    Map.groupBy(named, (app) => app)
      .values()
      .map(({ length }) => length)
      .toArray(),
  ).toEqual([14, 13, 3]);
  expect(all.at(-1)).toBe("… and 274 more: `npx sanctioned plan` names each");
  expect(removalLines(plan, null).at(-1)).toBe("… and 274 more");
});

it.each([
  ["of one app", times(59, 0)],
  ["of an app each", APPS.slice(0, 30).map((_, n) => n)],
])("everybody is named where that is no more than a page: %s", (_, apps) => {
  const all = lines(planOf(apps));
  for (const [i] of apps.entries())
    expect(all.filter((line) => line.includes(` ${name(i + 1)} (`))).toHaveLength(1);
  expect(all.every((line) => line.startsWith("- "))).toBe(true);
});

it("a page is enough, however many apps and users there are: each revocation is named or counted, once", () => {
  for (const each of [3, 10, 300]) {
    const plan = planOf(APPS.flatMap((_, n) => times(each, n)));
    expect(headline(plan)).toBe(
      `${count(each * 40)} revocations planned: 40 apps, ${count(each * 40)} users`,
    );
    const all = lines(plan);
    expect(all).toHaveLength(14 + 1 + 30 + 1);
    expect(all[14]).toBe(`- … and ${count(each * 26)} more of 26 apps`);
    expect(all.at(-1)).toBe(`… and ${count(each * 40 - 30)} more: \`npx sanctioned plan\` names each`);
  }
});

it("each line of a removal is red where the engine prints colours, and no other", () => {
  expect(inRed(["- Slack: a@b.example", "complete: 4 of 4", "  - apps > Slack"])).toEqual([
    "<{%fg 1%}>- Slack: a@b.example<{%reset%}>",
    "complete: 4 of 4",
    "  - apps > Slack",
  ]);
});

it("what an update changes is one text, whatever the state has: nothing is added or removed", () => {
  const [one, many] = [planOf([0]), planOf(APPS.map((_, n) => n))];
  expect(planShown({ revocations: [] })).toEqual({ toRevoke: "nothing" });
  expect(planShown(one)).toMatchObject({
    toRevoke: "1 × App 0 (app-not-listed)",
    __plan: { byApp: { "App 0": { [name(1)]: one.revocations[0]!.reason } } },
  });
  expect(planShown(many).toRevoke).toBe("40 grants of 40 apps, 40 users");
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

it("a change of the policy says which rule of what, and shows no value that a program gave", () => {
  const before = { apps: { Slack: { owner: "a", scopes: "api" } }, limits: { percent: 25 }, __given: "x" };
  const now = { apps: { Slack: { owner: "b\u001b" }, Notion: { owner: "c" } }, limits: { percent: 25 } };
  const said = { withValues: true };
  expect(policyLines(before, now, said)).toEqual([
    "policy changed since the last update: 3 rules",
    '  ~ apps > Slack > owner: "a" => "b\\u{1b}"',
    '  - apps > Slack > scopes: "api"',
    '  + apps > Notion > owner: "c"',
  ]);
  expect(policyLines(before, now, { withValues: false })).toContain("  ~ apps > Slack > owner");
  expect(policyLines(before, before, said)).toEqual([]);
  expect(policyLines(undefined, now, said)).toEqual([]);
  const many = { apps: Object.fromEntries(APPS.map(({ name }) => [name, "everyone"])) };
  expect(policyLines({}, many, said).slice(-2)).toEqual([
    '  + apps > App 9: "everyone"',
    "  … and 30 more: `npx pulumi preview --diff` shows each",
  ]);
});
