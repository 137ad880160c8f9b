import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupsOf, reasonText, spanText, totalsOf } from "../../src/report/groups.ts";
import { reauthorizeClause } from "../../src/report/words.ts";
import { sfId } from "../inventories.ts";
import { somePlan } from "./someReport.ts";

const [some] = somePlan().revocations;
const revocation = (
  name: string,
  user: number,
  {
    code = some!.code,
    line = 6,
    grants = 1,
    granted = "2023-05-04T09:12:00.000Z" as string | null,
    lastUsed = null as string | null,
  } = {},
) => ({
  ...some!,
  app: { id: null, name, kind: "unknown" as const },
  user: { id: sfId("005", user), username: `user${user}@dieppe.example` },
  code,
  policy: { file: "policy/dieppe.yaml", line },
  grants: Array.from({ length: grants }, () => ({ granted, lastUsed, useCount: null })),
});

describe("revocations by app and reason", () => {
  it("come with the most grants first, and what is alike by name", () => {
    const groups = groupsOf([
      revocation("Zed", 1),
      revocation("Outlook", 1),
      revocation("Slack", 1, { grants: 2 }),
      revocation("Slack", 2),
      revocation("Slack", 3, { code: "user-inactive" }),
    ]);
    expect(groups.map(({ app, code, users, grants }) => [app.name, code, users, grants])).toEqual([
      ["Slack", some!.code, 2, 3],
      ["Outlook", some!.code, 1, 1],
      ["Slack", "user-inactive", 1, 1],
      ["Zed", some!.code, 1, 1],
    ]);
    expect(groups[0]!.names).toEqual(["user1@dieppe.example", "user2@dieppe.example"]);
  });

  it("say of the way back what assures least, where one of many is not active", () => {
    const back = (...all: NonNullable<typeof some>["reauthorize"][]) =>
      groupsOf(all.map((reauthorize, i) => ({ ...revocation("Slack", i), reauthorize })))[0]!.reauthorize;
    expect(back("not-active", "yes", "if-approved")).toBe("yes");
    expect(back("not-active", "frozen")).toBe("frozen");
    expect([reauthorizeClause("not-active"), reauthorizeClause("if-approved")]).toEqual([
      "cannot authorize it again unless the user is activated",
      "can authorize it again only with Approve Uninstalled Connected Apps",
    ]);
  });

  it("keep apart what has one name and is not one app, and join what has one id", () => {
    const provider = {
      ...revocation("Slack", 1),
      app: { id: null, name: "Slack", kind: "identity-provider" as const },
    };
    const known = (name: string) => ({
      ...revocation(name, 1),
      app: { id: sfId("0H4", 1), name, kind: "connected-app" as const },
    });
    expect(
      groupsOf([revocation("Slack", 1), provider, known("Slack"), known("Slack (renamed)")]).map(
        ({ grants }) => grants,
      ),
    ).toEqual([2, 1, 1]);
  });

  it("say over which time they were granted and used, and which lines decided", () => {
    const [group] = groupsOf([
      revocation("Slack", 1, { line: 9, lastUsed: "2024-01-17T07:40:31.000Z" }),
      revocation("Slack", 2, { granted: "2022-01-01T00:00:00.000Z", lastUsed: "2026-10-02T00:00:00.000Z" }),
      revocation("Slack", 3, { granted: null }),
    ]);
    expect(group!.granted.unknown).toBe(1);
    expect(group!.lastUsed.unknown).toBe(1);
    expect(spanText(group!.granted, "day", "unknown")).toBe("2022-01-01 to 2023-05-04");
    expect(spanText(group!.lastUsed, "month", "never")).toBe("2024-01 to 2026-10");
    expect(spanText(groupsOf([revocation("Slack", 1)])[0]!.lastUsed, "month", "no use recorded")).toBe(
      "no use recorded",
    );
    expect(spanText(groupsOf([revocation("Slack", 1)])[0]!.granted, "month", "")).toBe("2023-05");
    expect(reasonText(group!)).toBe("app not listed (policy/dieppe.yaml:6 and 1 more)");
  });

  it("add up to all, whatever they are", () => {
    const one = fc
      .tuple(
        fc.constantFrom("a", "b", "c"),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
      )
      .map(([name, user, grants, left]) =>
        revocation(name, user, { grants, ...(left && { code: "user-inactive" as const }) }),
      );
    fc.assert(
      fc.property(fc.array(one), (all) => {
        const groups = groupsOf(all);
        const total = totalsOf(all);
        expect(groups.reduce((sum, { grants }) => sum + grants, 0)).toBe(total.grants);
        expect(groups.flatMap(({ revocations }) => revocations)).toHaveLength(all.length);
        expect(new Set(groups.flatMap(({ names }) => names)).size).toBe(total.users);
        expect(groupsOf([...all].reverse()).map(({ app, code, grants }) => [app.name, code, grants])).toEqual(
          groups.map(({ app, code, grants }) => [app.name, code, grants]),
        );
      }),
    );
  });
});
