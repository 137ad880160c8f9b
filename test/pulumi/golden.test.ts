import { expect, it } from "vitest";
import { golden, printed } from "./golden.ts";

// Those of Dieppe Trading and of a change of the policy alone are compared in dieppe.test.ts; all by `npm run golden -- --check`.
it("an update of 300 revocations prints, in its preview and then, what the golden file says", async () => {
  expect((await printed("300", ["up"])).get("up")).toBe(golden("300", "up"));
});
