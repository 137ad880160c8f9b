import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/plan/outcome.ts";
import { inRounds, MOST_ROUNDS } from "../../src/run/rounds.ts";

type Status = Outcome["status"];

/** Plays rounds whose looks find so many grants, one after the other, and whose revocations come to these. */
async function play(finds: readonly (number | null)[], comes: readonly (readonly Status[])[] = []) {
  const steps: string[] = [];
  let looks = 0;
  const result = await inRounds<number | null>({
    look: async (revoked) => {
      steps.push(revoked ? "look again" : "look");
      return finds[Math.min(looks++, finds.length - 1)]!;
    },
    count: (seen) => seen,
    revoke: async () => {
      const statuses = comes[steps.filter((step) => step === "revoke").length] ?? ["revoked"];
      steps.push("revoke");
      return statuses.map((status) => ({ status }) as Outcome);
    },
  });
  return { ...result, steps };
}

describe("a revocation in rounds", () => {
  it("is over once two looks in a row find nothing", async () => {
    expect(await play([1, 0, 0])).toEqual({
      ...{ rounds: 1, end: "none-left" },
      steps: ["look", "revoke", "look again", "look again"],
    });
    expect(await play([1, 0, 1, 0, 0])).toMatchObject({ rounds: 2, end: "none-left" });
  });

  it("looks twice where there is nothing to begin with", async () => {
    expect(await play([0])).toEqual({ rounds: 0, end: "none-left", steps: ["look", "look"] });
    expect(await play([0, 1, 0])).toMatchObject({ rounds: 1, end: "none-left" });
  });

  it("ends after the most rounds where grants come again each time", async () => {
    const { rounds, end, steps } = await play([1]);
    expect([rounds, end]).toEqual([MOST_ROUNDS, "came-again"]);
    expect(steps.filter((step) => step === "revoke")).toHaveLength(MOST_ROUNDS);
    expect(steps.at(-1)).toBe("look again");
  });

  it("is refused by what must not be acted on, in any round", async () => {
    expect(await play([null])).toMatchObject({ rounds: 0, end: "refused" });
    expect(await play([1, null])).toMatchObject({ rounds: 1, end: "refused" });
  });

  it("ends with the second round in a row in which nothing moved", async () => {
    expect(await play([1], [["failed"], ["failed"]])).toMatchObject({ rounds: 2, end: "failed" });
    expect(await play([1, 1, 0], [["failed"], ["revoked"]])).toMatchObject({ rounds: 2, end: "none-left" });
    expect(
      await play([1, 1, 1, 1], [["failed"], ["revoked", "failed"], ["failed"], ["failed"]]),
    ).toMatchObject({
      ...{ rounds: 4, end: "failed" },
    });
  });

  it.each<[readonly Status[]]>([[["not tried"]], [["revoked", "not tried"]], [["revoked", "unknown"]]])(
    "ends with a round of %j",
    async (statuses) => {
      expect(await play([2], [statuses])).toMatchObject({ rounds: 1, end: "failed" });
    },
  );

  it.each<[readonly Status[]]>([[["failed", "revoked"]], [["replaced"]], [["already gone"]]])(
    "goes on after a round of %j",
    async (statuses) => {
      expect(await play([2, 0], [statuses])).toMatchObject({ rounds: 1, end: "none-left" });
    },
  );
});
