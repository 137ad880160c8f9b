import fc from "fast-check";
import { expect, it } from "vitest";
import { safeJson } from "../src/safeJson.ts";

it("is the same value, with nothing that a terminal would obey", () => {
  const values = fc.jsonValue({ stringUnit: "binary" }).filter((value) => value !== undefined);
  fc.assert(
    fc.property(
      fc.oneof(values, fc.string({ unit: fc.constantFrom("\u202e", "\u{e0001}", "\u2028", "\n", "a") })),
      (value) => {
        const text = safeJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      },
    ),
  );
});
