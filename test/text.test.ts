import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { amount, count } from "../src/text.ts";

it("thousands are written one way", () => {
  expect([0, 999, 1000, 20_000, 1_234_567].map(count)).toEqual(["0", "999", "1,000", "20,000", "1,234,567"]);
  expect([1, 2, 20_000].map((number) => amount(number, "grant"))).toEqual([
    "1 grant",
    "2 grants",
    "20,000 grants",
  ]);
});

it("nothing else writes numbers for people", () => {
  const src = path.resolve(import.meta.dirname, "../src");
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const writing = files.filter((file) =>
    /toLocaleString|NumberFormat/.test(readFileSync(path.join(src, file), "utf8")),
  );
  expect(writing.sort()).toEqual(["report/html/assets.generated.ts", "text.ts"]);
});
