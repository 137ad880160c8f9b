import { expect, it } from "vitest";
import {
  listedWrongly,
  plannedWrongly,
  revokedWrongly,
  type Truth,
} from "../../../scripts/variants/truth.ts";
import type { Inventory } from "../../../src/inventory/inventory.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { AS_OF, app, grant, sfId, user } from "../../inventories.ts";

const DESK = app("Desk", sfId("0H4", 1));
const LOOSE = app("Loose");
const held = (n: number, called: string, goes: boolean) => ({
  userId: sfId("005", n),
  username: `user${n}@dieppe.example`,
  app: called,
  createdAt: AS_OF,
  lastUsedAt: null,
  link: false,
  goes,
});
const TRUTH: Truth = {
  dated: true,
  grants: [held(1, DESK.id!, false), held(1, "Loose", true), held(2, "Loose", true)],
};
const LISTED = [grant(sfId("005", 1), DESK), grant(sfId("005", 1), LOOSE), grant(sfId("005", 2), LOOSE)];
const planOf = (...pairs: [number, typeof DESK][]): Plan => ({
  revocations: pairs.map(([n, of]) => ({
    ...{ app: of, user: user(n), grants: [grant(sfId("005", n), of)], code: "app-not-listed" },
    ...{ at: { file: "policy.yaml", line: 2 }, covers: "pair", others: [], reason: "" },
    ...{ appLabel: of.name, userLabel: `user${n}` },
  })) as unknown as Plan["revocations"],
});
const list = (grants: Inventory["grants"]) => ({ grants, accountLinks: { refusal: null } }) as Inventory;

it("a list is wrong that lacks a grant, has one twice, or has one under another app", () => {
  expect(listedWrongly(list(LISTED), TRUTH)).toEqual([]);
  expect(listedWrongly(list(LISTED.slice(1)), TRUTH)).toHaveLength(1);
  expect(listedWrongly(list([...LISTED, LISTED[0]!]), TRUTH)).toHaveLength(1);
  expect(listedWrongly(list([...LISTED.slice(1), grant(sfId("005", 1), app("Desk"))]), TRUTH)).toHaveLength(
    2,
  );
});

it("a grant of another time is another, but where the rows of the org do not say when they were made", () => {
  const other = list([...LISTED.slice(1), { ...LISTED[0]!, createdAt: AS_OF - 1 }]);
  expect(listedWrongly(other, TRUTH)).toHaveLength(2);
  expect(listedWrongly(other, { ...TRUTH, dated: false })).toEqual([]);
  expect(listedWrongly(list(LISTED.slice(1)), { ...TRUTH, dated: false })).toHaveLength(1);
});

it("links to identity providers that are not listed are wrong, unless it is said that they could not be read", () => {
  const truth = {
    dated: true,
    grants: [...TRUTH.grants, { ...held(1, "Okta", false), createdAt: null, link: true }],
  };
  expect(listedWrongly(list(LISTED), truth)).toHaveLength(1);
  const unread = { ...list(LISTED), accountLinks: { refusal: "INVALID_TYPE" } } as Inventory;
  expect(listedWrongly(unread, truth)).toEqual([]);
});

it("a plan is wrong that leaves out what goes, or has what stays", () => {
  expect(plannedWrongly(planOf([1, LOOSE], [2, LOOSE]), TRUTH)).toEqual([]);
  expect(plannedWrongly(planOf([1, LOOSE]), TRUTH)).toHaveLength(1);
  expect(plannedWrongly(planOf([1, LOOSE], [2, LOOSE], [1, DESK]), TRUTH)).toHaveLength(1);
});

it("what is gone without having been planned, or although it stays, was revoked wrongly", () => {
  const after = (...left: number[]): Truth => ({ dated: true, grants: left.map((at) => TRUTH.grants[at]!) });
  expect(revokedWrongly(TRUTH, after(0, 2), planOf([1, LOOSE]))).toEqual([]);
  expect(revokedWrongly(TRUTH, after(0), planOf([1, LOOSE]))).toHaveLength(1);
  expect(revokedWrongly(TRUTH, after(1, 2), planOf([1, DESK]))).toHaveLength(1);
  expect(revokedWrongly(TRUTH, after(0, 1))).toHaveLength(1);
});
