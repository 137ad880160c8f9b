import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PlanSchema } from "../../src/plan/planSchema.ts";

it("schema/plan.schema.json is what `npm run schema` writes", () => {
  expect(readFileSync("schema/plan.schema.json", "utf8")).toBe(`${JSON.stringify(PlanSchema, null, 2)}\n`);
});
