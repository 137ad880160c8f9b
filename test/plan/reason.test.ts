import { expect, it } from "vitest";
import type { FindingCode } from "../../src/decide/codes.ts";
import type { Grant } from "../../src/inventory/inventory.ts";
import type { Covers } from "../../src/plan/covers.ts";
import { revocationReason } from "../../src/plan/reason.ts";
import { DAY_MS } from "../../src/time.ts";
import { AS_OF, app, grant, user } from "../inventories.ts";

const reason = (
  grants: readonly Partial<Grant>[],
  {
    covers = "pair",
    code = "app-not-listed",
    asOf = AS_OF,
  }: { covers?: Covers; code?: FindingCode; asOf?: number } = {},
) =>
  revocationReason(
    {
      code,
      covers,
      at: { file: "policy.yaml", line: 7, column: 1 },
      grants: grants.map((one) => grant(user(1).id, app("Slack"), one)),
    },
    asOf,
  ).replace(/^.*\(policy\.yaml:7\); /, "");
const at = (time: string) => Date.parse(time);
const MAY = at("2023-05-04T09:12:00Z");
const LATE = at("2024-01-17T07:40:31Z");

it("names the rule and its place", () => {
  expect(
    revocationReason(
      {
        code: "app-denied",
        covers: "pair",
        at: { file: "inline policy at x", line: 0, column: 0 },
        grants: [grant(user(1).id, app("Slack"))],
      },
      AS_OF,
    ),
  ).toBe("app denied (inline policy at x); in use");
});

it.each<[rule: string, grants: Partial<Grant>[], expected: string]>([
  ["a grant in use says so, without a date", [{ createdAt: MAY, lastUsedAt: AS_OF }], "in use"],
  ["and so does one that was given lately", [{ createdAt: AS_OF, lastUsedAt: null }], "in use"],
  ["and several, of which one is", [{ createdAt: MAY, lastUsedAt: LATE }, { createdAt: AS_OF }], "in use"],
  [
    "a dormant one says the day of granting and the month of the last use",
    [{ createdAt: MAY, lastUsedAt: LATE }],
    "granted 2023-05-04, last used 2024-01",
  ],
  [
    "several say every day and the last use",
    [
      { createdAt: MAY, lastUsedAt: null },
      { createdAt: LATE, lastUsedAt: LATE },
    ],
    "2 grants: 2023-05-04, 2024-01-17, last used 2024-01",
  ],
  [
    "what is not known is said",
    [{ createdAt: null, lastUsedAt: null }],
    "granted on an unknown day, no use recorded",
  ],
])("%s", (_rule, grants, expected) => {
  expect(reason(grants)).toBe(expected);
});

it("where the approval is of the very grants, their days are said, and the use as long as it is not the point", () => {
  const used = [{ createdAt: MAY, lastUsedAt: AS_OF }];
  expect(reason(used, { covers: "grants", code: "too-old" })).toBe("granted 2023-05-04, in use");
  const idle = [{ createdAt: MAY, lastUsedAt: AS_OF - 40 * DAY_MS }];
  expect(reason(idle, { covers: "grants", code: "idle" })).toBe("granted 2023-05-04, last used 2026-10");
  expect(reason([{ createdAt: AS_OF, lastUsedAt: null }], { covers: "grants", code: "never-used" })).toBe(
    "granted 2026-11-23, no use recorded",
  );
});

it("what is revoked by hand says its days, whatever its use: nobody has to approve the same line tomorrow", () => {
  const used = [{ createdAt: MAY, lastUsedAt: AS_OF }];
  expect(reason(used, { code: "by-hand" })).toContain("granted 2023-05-04, last used 2026-11");
});

it("an app in use reads the same after a night in which it rotated", () => {
  const before = [{ createdAt: MAY, lastUsedAt: AS_OF - DAY_MS, useCount: 900 }];
  const after = [{ createdAt: AS_OF, lastUsedAt: AS_OF, useCount: 1 }];
  expect(reason(before)).toBe(reason(after, { asOf: AS_OF + DAY_MS }));
});

it("no line changes overnight but in the night in which a month begins", () => {
  const grants = [{ createdAt: MAY, lastUsedAt: at("2026-09-01T00:00:00Z") }];
  for (let day = 1; day <= 30; day++)
    expect(reason(grants, { asOf: at(`2026-11-${String(day).padStart(2, "0")}T23:59:59Z`) })).toBe("in use");
  expect(reason(grants, { asOf: at("2026-12-01T00:00:00Z") })).toBe("granted 2023-05-04, last used 2026-09");
  expect(reason([{ createdAt: MAY, lastUsedAt: at("2026-08-31T23:59:59Z") }])).toBe(
    "granted 2023-05-04, last used 2026-08",
  );
});

it("the months before go over the turn of the year", () => {
  const grants = [{ createdAt: MAY, lastUsedAt: at("2026-12-01T00:00:00Z") }];
  expect(reason(grants, { asOf: at("2027-02-28T00:00:00Z") })).toBe("in use");
  expect(reason(grants, { asOf: at("2027-03-01T00:00:00Z") })).toContain("last used 2026-12");
});
