import { expect, it } from "vitest";
import { within } from "./limit.ts";

/** No example stands on the limit itself. */
it.each([
  [1, 2, true],
  [3, 2, false],
])("%i within %i is %s", (count, limit, is) => {
  expect(within(count, limit)).toBe(is);
});
