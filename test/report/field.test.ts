import { describe, expect, it } from "vitest";
import { fieldNotes } from "../../src/report/field.ts";

/** Who saw it: the platform, the vendor, or who investigated. */
const FIRST_HAND = ["status.salesforce.com", "cloud.google.com", "klue.com"];

describe("what was said in public of apps of a name", () => {
  it.each([
    ["Drift", 2],
    ["Salesloft Drift (prod)", 2],
    ["GAINSIGHT CS", 1],
    ["Klue Battlecards", 2],
    ["Salesforce Data Loader", 1],
    ["dataloader", 1],
    ["My Ticket Portal", 1],
  ])("is known of %s, from who saw it, with a date", (name, notes) => {
    const known = fieldNotes(name);
    expect(known).toHaveLength(notes);
    for (const { source, date, says } of known) {
      expect(FIRST_HAND).toContain(new URL(source).hostname);
      expect(date).toMatch(/^20\d\d-\d\d(-\d\d)?$/);
      expect(says).not.toMatch(/[.\n]$/);
    }
  });

  it.each(["Slack", "Adrift", "Klueless", "Outlook Plugin", "Ticket Portal", "", "Data Uploader"])(
    "is nothing of “%s”",
    (name) => {
      expect(fieldNotes(name)).toEqual([]);
    },
  );
});
