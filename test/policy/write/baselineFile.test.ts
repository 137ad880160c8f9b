import { describe, expect, it } from "vitest";
import { parseBaseline } from "../../../src/policy/baseline.ts";
import type { Baseline } from "../../../src/policy/policy.ts";
import { formatProblems } from "../../../src/policy/problem.ts";
import { baselineFile } from "../../../src/policy/write/baselineFile.ts";
import { parseDay } from "../../../src/time.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../../inventories.ts";

const [ANN, BEN] = [user(1), user(2)];
const SLACK = app("Slack", sfId("0H4", 1));
const written = (...grants: ReturnType<typeof grant>[]) =>
  baselineFile(grants, inventoryOf({ users: [ANN, BEN], grants }), {
    expires: parseDay("2027-03-31")!,
    written: parseDay("2026-11-23")!,
  });

function read(text: string): Omit<Baseline, "shared"> {
  const result = parseBaseline(text, "known.yaml");
  if ("problems" in result) throw new Error(formatProblems(result.problems));
  return result.baseline;
}
const known = ({ grants }: Pick<Baseline, "grants">) =>
  grants.map(({ app, user, granted }) => [app.value, user.value, granted]);
function problems(text: string): string {
  const result = parseBaseline(text, "known.yaml");
  return "problems" in result ? formatProblems(result.problems) : "";
}

describe("a baseline that is written", () => {
  it("is read again as the same grants, by the app's id, the username and the time", () => {
    const { expires, written: day, ...rest } = read(written(grant(ANN.id, SLACK)));
    expect(known(rest)).toEqual([[{ id: SLACK.id }, ANN.username, AS_OF]]);
    expect([expires.value, day?.value]).toEqual(["2027-03-31", "2026-11-23"]);
  });

  it("keeps an app that only looks like an id by its name", () => {
    const disguised = app("0H4000000000009");
    expect(read(written(grant(ANN.id, disguised))).grants[0]!.app.value).toEqual({ name: "0H4000000000009" });
    expect(written(grant(ANN.id, app("Old Tool")))).toContain("app: Old Tool\n");
  });

  it("hides nothing of an app's name, and keeps it", () => {
    const hidden = app("Sl\u0000ack\u{e0041}\u202e");
    expect(written(grant(ANN.id, hidden))).toContain('app: "Sl\\0ack\\U000e0041\\u202e"\n');
    expect(read(written(grant(ANN.id, hidden))).grants[0]!.app.value).toEqual({ name: hidden.name });
  });

  it("keeps a user whom the org does not list by the id, and a grant without a date without one", () => {
    const gone = sfId("005", 9);
    const found = read(written(grant(gone, SLACK, { createdAt: null })));
    expect(known(found)).toEqual([[{ id: SLACK.id }, gone, null]]);
  });

  it("has one line for two grants of one instant", () => {
    expect(read(written(grant(ANN.id, SLACK), grant(ANN.id, SLACK))).grants.length).toBe(1);
  });

  it("is the same in whatever order the org lists its grants", () => {
    const [one, other] = [grant(ANN.id, SLACK), grant(BEN.id, SLACK)];
    expect(written(one, other)).toBe(written(other, one));
    expect(read(written(other, one)).grants.map(({ user }) => user.value)).toEqual([
      ANN.username,
      BEN.username,
    ]);
  });
});

describe("a baseline that is not valid", () => {
  it("is refused with its place, as a policy is", () => {
    expect(problems("version: 1\nexpires: [")).toMatch(/^known\.yaml:\d+:\d+/);
    expect(problems("")).toContain("known.yaml:1:1");
  });

  it.each<[rule: string, text: string, message: string]>([
    [
      "a grant without `granted`, where it does not say when it was written",
      "expires: 2027-03-31\ngrants:\n  - { app: A, user: a@b.c }\n",
      "known.yaml:4:12: the baseline has a grant without `granted`, and does not say when it was written; add the day",
    ],
    [
      "a day of writing that is none",
      "expires: 2027-03-31\nwritten: 2026-02-30\ngrants: []\n",
      "known.yaml:3:10: written is not a day of the calendar",
    ],
    [
      "a time that is none",
      'expires: 2027-03-31\ngrants:\n  - { app: A, user: a@b.c, granted: "2026-02-30T00:00:00Z" }\n',
      "grants[0].granted is not a time",
    ],
    [
      "the same grant twice, whatever the letters of the username",
      "expires: 2027-03-31\nwritten: 2026-11-23\ngrants:\n  - { app: A, user: a@b.c }\n  - { app: A, user: A@b.c }\n",
      'known.yaml:6:12: the grant "A, A@b.c" is listed twice; keep one of the two (the first is in line 5)',
    ],
  ])("%s", (_rule, text, message) => {
    expect(problems(`version: 1\n${text}`)).toContain(message);
  });

  it("needs no day of writing where each grant has its time", () => {
    const text =
      "version: 1\nexpires: 2027-03-31\ngrants:\n  - { app: A, user: a@b.c, granted: 2026-02-20T00:00:00Z }\n";
    expect(problems(text)).toBe("");
  });
});
