import { expect, it } from "vitest";
import { offeredDigests, settled, stepsOf } from "../../src/scaffold/steps.ts";

const files = (entries: Record<string, string>) => new Map(Object.entries(entries));
/** Of a repository in which each path was offered, is there and is offered now, as named; "-" is none. */
function step(before: string, there: string, ours: string) {
  const as = (text: string) => (text === "-" ? files({}) : files({ a: `${text}\n` }));
  const steps = stepsOf({ files: offeredDigests(as(before)) }, as(there), as(ours));
  return steps.map(({ kind }) => kind).join();
}

it.each([
  ["a file that nobody changed follows", "1", "1", "2", "changed"],
  ["a file that this version has as before is no step", "1", "1", "1", ""],
  ["a new one is written", "-", "-", "1", "new"],
  ["one that is not written any more goes", "1", "1", "-", "removed"],
  ["one that the team changed is left", "1", "mine", "2", "yours"],
  ["one that the team changed is no step while this version has not changed it", "1", "mine", "1", ""],
  ["one that the team took away is left so", "1", "-", "2", "yours"],
  ["one that the team took away is no step while this version has not changed it", "1", "-", "1", ""],
  ["one that the team made before us is left", "-", "mine", "1", "yours"],
  ["one that the team changed to this version's is no step", "1", "2", "2", ""],
  ["one that the team changed and that is not written any more is left", "1", "mine", "-", "yours"],
  ["one that is gone on both sides is no step", "1", "-", "-", ""],
])("%s", (_, before, there, ours, kind) => {
  expect(step(before, there, ours)).toBe(kind);
});

it("line ends are no change: git may write others", () => {
  const mark = { files: offeredDigests(files({ a: "x\ny\n" })) };
  expect(stepsOf(mark, files({ a: "x\r\ny\r\n" }), files({ a: "x\ny\n" }))).toEqual([]);
});

it("what is left keeps what was offered last, so that it is said again; all else is as offered now", () => {
  const before = offeredDigests(files({ a: "1", b: "1", gone: "1" }));
  const now = files({ a: "2", b: "2" });
  expect(settled(before, now, new Set(["a"]))).toEqual({ a: before.a, b: offeredDigests(now).b });
});
