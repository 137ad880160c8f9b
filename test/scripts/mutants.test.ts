import { globSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ROOMS, roomOf } from "../../scripts/mutants/rooms.ts";
import { type Mutant, readEquivalents, score, study, withoutCode } from "../../scripts/mutants/study.ts";

const FILE = "test/scripts/mutants/limit.ts";
const ON_THE_LIMIT = {
  file: FILE,
  mutator: "EqualityOperator",
  from: "count <= limit",
  to: "count < limit",
};

const ROOM = {
  name: "limit",
  goal: 100,
  sources: [FILE],
  tests: ["test/scripts/mutants/limit.examples.ts"],
};

describe("the mutation study", () => {
  it("finds the boundary on which no example stands, and nothing else", { timeout: 120_000 }, async () => {
    const mutants = await study(ROOM, { atOnce: 1, incremental: false });
    const { survivors, percent } = score(mutants, []);
    expect(mutants.filter(({ verdict }) => verdict === "killed").length).toBeGreaterThanOrEqual(3);
    expect(survivors).toEqual([{ ...ON_THE_LIMIT, line: 3, verdict: "survived" }]);
    expect(percent).toBeLessThan(100);
  });

  it("a sample is the same for the same seed, and smaller than all", { timeout: 120_000 }, async () => {
    const drawn = async () => {
      const mutants = await study(ROOM, { atOnce: 1, incremental: false, share: 50, seed: 1 });
      return mutants.map(({ to, verdict }) => [to, verdict === "left-out"]);
    };
    const first = await drawn();
    expect(new Set(first.map(([, isLeftOut]) => isLeftOut))).toEqual(new Set([true, false]));
    expect(await drawn()).toEqual(first);
  });

  const of = (verdict: Mutant["verdict"], to: string): Mutant => ({
    ...ON_THE_LIMIT,
    to,
    line: 3,
    verdict,
  });

  it("counts what was killed against what survived, and leaves out what is no program", () => {
    const { killed, counted, percent } = score(
      [of("killed", "a"), of("survived", "b"), of("invalid", "c")],
      [],
    );
    expect([killed, counted, percent]).toEqual([1, 2, 50]);
  });

  it("counts a mutant whose tests did not end as killed, and says how many those are", () => {
    const { killed, timedOut, counted } = score(
      [of("killed", "a"), of("timed-out", "b"), of("survived", "c")],
      [],
    );
    expect([killed, timedOut, counted]).toEqual([2, 1, 3]);
  });

  it("counts an equivalent mutant neither way, and names the reason", () => {
    const known = { ...ON_THE_LIMIT, reason: "nobody sees it" };
    expect(score([of("killed", "a"), of("survived", known.to)], [known])).toMatchObject({
      percent: 100,
      survivors: [],
      equivalent: [known],
      outOfDate: [],
    });
  });

  it("an entry is good for one mutant: the same text may stand in two places", () => {
    const known = { ...ON_THE_LIMIT, reason: "nobody sees it" };
    expect(score([of("survived", known.to), of("survived", known.to)], [known]).survivors).toHaveLength(1);
  });

  it("what a sample leaves out counts neither way, and no entry is called out of date for it", () => {
    const unseen = { ...ON_THE_LIMIT, reason: "nobody sees it" };
    const { percent, counted, leftOut, outOfDate } = score(
      [of("killed", "a"), of("left-out", unseen.to)],
      [unseen],
    );
    expect([percent, counted, leftOut, outOfDate]).toEqual([100, 1, 1, []]);
  });

  it("each entry of the list has its code and a reason: a renamed variable takes the entry along", () => {
    const entries = readEquivalents("scripts/mutants/equivalent.yaml");
    expect(withoutCode(entries)).toEqual([]);
    expect(entries.filter(({ reason }) => !reason)).toEqual([]);
    const gone = { ...ON_THE_LIMIT, reason: "nobody sees it", from: "count <= most" };
    expect(withoutCode([{ ...gone, from: ON_THE_LIMIT.from }, gone, { ...gone, file: "gone.ts" }])).toEqual([
      gone,
      { ...gone, file: "gone.ts" },
    ]);
  });

  it("an entry that fits no survivor of a file that was studied is out of date", () => {
    const killed = { ...ON_THE_LIMIT, reason: "nobody sees it" };
    const elsewhere = { ...killed, file: "src/other.ts" };
    expect(score([of("killed", killed.to)], [killed, elsewhere]).outOfDate).toEqual([killed]);
  });

  it("a file is in one room: two rooms of a folder share it out, and lose none of it", () => {
    expect(
      ["grants", "recount", "directory"].map((name) => roomOf(`src/inventory/${name}.ts`)?.name),
    ).toEqual(["listing", "listing", "inventory"]);
    expect([roomOf("src/inventory/errors.ts"), roomOf("listing")]).toEqual([undefined, undefined]);
    const files = ROOMS.flatMap(({ sources }) => {
      const isLeft = (glob: string) => glob.startsWith("!");
      const exclude = sources.filter(isLeft).map((glob) => glob.slice(1));
      return globSync(
        sources.filter((glob) => !isLeft(glob)),
        { exclude },
      );
    });
    expect(new Set(files).size).toBe(files.length);
    const all = globSync("src/inventory/*.ts", { exclude: ["src/inventory/errors.ts"] });
    expect(all.filter((file) => !files.includes(file))).toEqual([]);
  });
});
