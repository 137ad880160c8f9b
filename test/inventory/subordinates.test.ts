import { expect, it } from "vitest";
import { withSubordinates } from "../../src/inventory/subordinates.ts";

const role = (id: string, parentId: string | null) => ({ id, name: id, label: id, parentId });

it("a role with its subordinates is every role below it, whatever the depth, and none beside or above", () => {
  const roles = [
    role("ceo", null),
    role("cfo", "ceo"),
    role("clerk", "cfo"),
    role("aide", "clerk"),
    role("cto", "ceo"),
  ];
  expect([...withSubordinates("cfo", roles)].sort()).toEqual(["aide", "cfo", "clerk"]);
  expect([...withSubordinates("aide", roles)]).toEqual(["aide"]);
});

it("roles that are below each other come to an end", () => {
  expect([...withSubordinates("a", [role("a", "b"), role("b", "a")])].sort()).toEqual(["a", "b"]);
});
