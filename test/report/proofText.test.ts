import { expect, it } from "vitest";
import { COUNTED_NOTE, proofText } from "../../src/report/words.ts";

const proof = {
  countBefore: 6_000,
  countAfter: 6_001,
  read: 6_001,
  partition: "CreatedDate",
  ranges: 14,
  calls: 20,
  permissions: {},
  apiVersion: "67.0",
  at: "2026-06-01T08:00:00.000Z",
};
const how = "read in 14 ranges by CreatedDate, with 20 API calls, API 67.0, 2026-06-01T08:00:00.000Z.";

it("of an org that did not change says that both counts agree", () => {
  expect(proofText({ ...proof, countBefore: 6_001 })).toBe(
    `All 6001 grants that the org counted before and after: ${how} ${COUNTED_NOTE}`,
  );
});

it("of an org that changed says what came and went, and of which moment the list is", () => {
  expect(proofText({ ...proof, changes: { came: 3, gone: 2, stillListed: 0 } })).toBe(
    `All 6001 grants that the org counted in the end: ${how} While it was read, 3 grants came and 2 went: the list is of the moment of the last count. ${COUNTED_NOTE}`,
  );
});

it("of an org that went on changing says that nothing is missing, and what may be listed that went", () => {
  expect(proofText({ ...proof, read: 6_003, changes: { came: 1, gone: 9, stillListed: 2 } })).toBe(
    `All 6001 grants that the org counted in the end: ${how} While it was read, 1 grant came and 9 went: none that stayed is missing, and 2 of those that went may be listed. ${COUNTED_NOTE}`,
  );
});
