import { describe, expect, it } from "vitest";
import { differences } from "../../src/plugin/differences.ts";

const of = (before: unknown, after: unknown) => Object.fromEntries(differences(before, after, "p"));

describe("what differs", () => {
  it("is one addition for each leaf of what is new, and an update or a deletion for each that was there", () => {
    expect(of({}, { App: { "a@x": "r", "b@x": "r" } })).toEqual({
      'p["App"]["a@x"]': "add",
      'p["App"]["b@x"]': "add",
    });
    expect(of({ a: 1, b: { c: 1 }, d: [1] }, { a: 2, b: { c: 1 }, d: [2] })).toEqual({
      'p["a"]': "update",
      'p["d"]': "update",
    });
    expect(of({ a: 1, b: { c: 1 } }, {})).toEqual({ 'p["a"]': "delete", 'p["b"]': "delete" });
    expect(of({ a: { b: 1 } }, { a: "all" })).toEqual({ 'p["a"]': "update" });
  });

  it("is nothing where both are alike, or neither is there", () => {
    expect(of({ a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 2 }] } })).toEqual({});
    expect(of(undefined, null)).toEqual({});
  });

  it("has paths that the engine reads, whatever a name holds", () => {
    expect(of({}, { 'The "best".[app]': 1 })).toEqual({ 'p["The \\"best\\".[app]"]': "add" });
    expect(of({ App: {} }, { App: { "ends\\": 1, b: 2 } })).toEqual({ 'p["App"]': "update" });
  });
});
