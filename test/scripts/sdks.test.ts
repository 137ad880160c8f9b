import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { playedWith, RECORD, ROOT } from "../../scripts/sdks/playedWith.ts";

test("the SDKs were played with this schema and these generators; else `npm run sdks` is due", () => {
  expect(JSON.parse(readFileSync(path.join(ROOT, RECORD), "utf8"))).toEqual(playedWith());
});
