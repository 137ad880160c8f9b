import { describe, expect, it } from "vitest";
import { foldName, isNear, looksLike, namedSo } from "../src/names.ts";

describe("names are compared", () => {
  it.each([
    ["without regard to case", "Slack", "SLACK"],
    ["with ß as the SS that it is in capitals", "Straße", "STRASSE"],
    ["whatever the form of a sigma", "ΟΔΟΣ", "οδοσ"],
    ["composed or not", "Caf\u00e9", "Cafe\u0301"],
    ["with runs of blanks as one", "Data  Loader", "data\u00a0\tloader"],
    ["without blanks at the ends", " Slack ", "slack"],
    ["without marks at the ends that nobody sees", "\u202eSlack\u200b", "slack"],
    ["with marks that nobody sees as blanks", "Data\u200bLoader", "data loader"],
  ])("%s", (_rule, one, other) => expect(foldName(one)).toBe(foldName(other)));

  it.each([
    ["a dotless i", "Slıck", "Slack"],
    ["accents", "Cafe", "Café"],
    ["a digit", "Zed 2", "Zed 3"],
    ["null and nothing", "null", ""],
  ])("and differ by %s", (_what, one, other) => expect(foldName(one)).not.toBe(foldName(other)));

  it("exactly where there is such a one: only else do folded names mean it", () => {
    const named = (name: string, ...all: string[]) => namedSo(name, all, (one) => one);
    expect(named("Slack", "slack", "Slack", "SLACK")).toEqual(["Slack"]);
    expect(named("SlacK", "slack", "Slack", "Zed")).toEqual(["slack", "Slack"]);
    expect(named("constructor", "Slack")).toEqual([]);
  });
});

describe("a reader takes for one name", () => {
  it.each([
    ["another case", "Slack", "SLACK"],
    ["a blank that nobody sees", "Slack", "Sla\u200bck"],
    ["letters of another width", "Slack", "Ｓlack"],
    ["blanks more or less", "DataLoader", "Data Loader"],
  ])("%s", (_what, one, other) => expect(looksLike(one, other)).toBe(true));

  it("no other letter", () => expect(looksLike("Slack", "Slick")).toBe(false));
});

describe("a typing mistake is", () => {
  it.each([
    ["one letter wrong", "Slacc", "Slack"],
    ["one missing", "Slak", "Slack"],
    ["one too many", "Slackk", "Slack"],
    ["two neighbours exchanged", "Salck", "Slack"],
    ["two mistakes in a name of eight letters", "Dafa Laoder", "Data Loader"],
    ["a blank that nobody sees, in however short a name", "CRM", "C\u200bRM"],
    ["a letter for a digit", "Slack5", "Slackk"],
  ])("%s", (_what, written, meant) => expect(isNear(written, meant)).toBe(true));

  it.each([
    ["the same name in another case, which is no mistake", "SLACK", "Slack"],
    ["two mistakes in a short name", "Slacc5", "Slack"],
    ["three in a long one", "Dafa Laodr", "Data Loader"],
    ["another digit", "Zed 2", "Zed 3"],
    ["another number", "Release 9", "Release 10"],
    ["one letter of three", "CRN", "CRM"],
    ["a text that no name is as long as", `${"a".repeat(300)}b`, `${"a".repeat(300)}c`],
  ])("and not %s", (_what, written, other) => expect(isNear(written, other)).toBe(false));
});
