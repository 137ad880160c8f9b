import { describe, expect, it } from "vitest";
import { parseBaseline } from "../../../src/policy/baseline.ts";
import type { Baseline } from "../../../src/policy/policy.ts";
import { formatProblems } from "../../../src/policy/problem.ts";
import { baselineFile } from "../../../src/policy/write/baselineFile.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../../inventories.ts";

const [ANN, BEN] = [user(1), user(2)];
const SLACK = app("Slack", sfId("0H4", 1));
const written = (...grants: ReturnType<typeof grant>[]) =>
  baselineFile(grants, inventoryOf({ users: [ANN, BEN], grants }), "2027-03-31");

function read(text: string): Baseline {
  const result = parseBaseline(text, "known.yaml");
  if ("problems" in result) throw new Error(formatProblems(result.problems));
  return result.baseline;
}
function problems(text: string): string {
  const result = parseBaseline(text, "known.yaml");
  return "problems" in result ? formatProblems(result.problems) : "";
}

describe("a baseline that is written", () => {
  it("is read again as the same grants, by the app's id, the username and the time", () => {
    const { grants, expires } = read(written(grant(ANN.id, SLACK)));
    expect(grants).toEqual([{ app: { id: SLACK.id }, user: ANN.username, granted: AS_OF }]);
    expect(expires.value).toBe("2027-03-31");
  });

  it("keeps an app that only looks like an id by its name", () => {
    const disguised = app("0H4000000000009");
    expect(read(written(grant(ANN.id, disguised))).grants[0]!.app).toEqual({ name: "0H4000000000009" });
    expect(written(grant(ANN.id, app("Old Tool")))).toContain("app: Old Tool\n");
  });

  it("hides nothing of an app's name, and keeps it", () => {
    const hidden = app("Sl\u0000ack\u{e0041}\u202e");
    expect(written(grant(ANN.id, hidden))).toContain('app: "Sl\\0ack\\U000e0041\\u202e"\n');
    expect(read(written(grant(ANN.id, hidden))).grants[0]!.app).toEqual({ name: hidden.name });
  });

  it("keeps a user whom the org does not list by the id, and a grant without a date without one", () => {
    const gone = sfId("005", 9);
    const { grants } = read(written(grant(gone, SLACK, { createdAt: null })));
    expect(grants).toEqual([{ app: { id: SLACK.id }, user: gone.toLowerCase(), granted: null }]);
  });

  it("is the same in whatever order the org lists its grants", () => {
    const [one, other] = [grant(ANN.id, SLACK), grant(BEN.id, SLACK)];
    expect(written(one, other)).toBe(written(other, one));
    expect(read(written(other, one)).grants.map((known) => known.user)).toEqual([ANN.username, BEN.username]);
  });
});

describe("a baseline that is not valid", () => {
  it("is refused with its place, as a policy is", () => {
    expect(problems("version: 1\nexpires: [")).toMatch(/^known\.yaml:\d+:\d+/);
    expect(problems("")).toContain("known.yaml:1:1");
  });
});
