import { expect, it } from "vitest";
import { COUNTED_NOTE, proofText, shortProofText } from "../../src/report/words.ts";

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
    `All 6,001 grants that the org counted before and after: ${how} ${COUNTED_NOTE}`,
  );
});

it("of an org that changed says what came and went, and of which moment the list is", () => {
  expect(proofText({ ...proof, changes: { came: 3, gone: 2, stillListed: 0 } })).toBe(
    `All 6,001 grants that the org counted in the end: ${how} While it was read, 3 grants came and 2 went: the list is of the moment of the last count. ${COUNTED_NOTE}`,
  );
});

it("of an org that went on changing says that nothing is missing, and what may be listed that went", () => {
  expect(proofText({ ...proof, read: 6_003, changes: { came: 1, gone: 9, stillListed: 2 } })).toBe(
    `All 6,001 grants that the org counted in the end: ${how} While it was read, 1 grant came and 9 went: none that stayed is missing, and 2 of those that went may be listed. ${COUNTED_NOTE}`,
  );
});

it("in short says that it is complete, and what it rests on besides the counts", () => {
  expect(shortProofText(proof)).toBe("complete: 6,001 of 6,001");
  expect(shortProofText({ ...proof, changes: { came: 3, gone: 2, stillListed: 0 } })).toBe(
    "complete: 6,001 of 6,001",
  );
  const doubts = {
    ...{ read: 6_003, changes: { came: 1, gone: 9, stillListed: 2 } },
    ...{ fromUsage: 4, appsWithoutUsers: 1, sight: "assignments" as const },
  };
  expect(shortProofText({ ...proof, ...doubts })).toBe(
    "complete: 6,001 of 6,001; 2 listed that went meanwhile; 4 more by usage alone; no list of users for 1 external client app, taken for none; none of anybody else, by the permissions that are assigned",
  );
});
