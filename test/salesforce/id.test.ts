import { describe, expect, it } from "vitest";
import { InconclusiveError } from "../../src/errors.ts";
import {
  appIdOf,
  appRef,
  isMeant,
  isMiscopied,
  orgIdOf,
  parseAppId,
  parseOrgId,
  parseUserId,
  toId18,
  userIdOf,
} from "../../src/salesforce/id.ts";

const SLACK_15 = "0H4Hn000000k9aZ";
const SLACK_18 = "0H4Hn000000k9aZKAQ";

describe("an id in an answer of the org", () => {
  it("is the same with 15 and with 18 characters", () => {
    expect(toId18(SLACK_15)).toBe(SLACK_18);
    expect(toId18(SLACK_18)).toBe(SLACK_18);
    expect(orgIdOf("00D000000000062")).toBe("00D000000000062EAA");
    expect(userIdOf("005000000000001")).toBe("005000000000001AAA");
    expect(appIdOf(SLACK_15)).toBe(SLACK_18);
  });

  it("has three more characters by the case of five each", () => {
    expect(toId18("0AAAAAAAAAAAAAA")).toBe("0AAAAAAAAAAAAAA455");
    expect(toId18("aAaaaAaaaaaaaaA")).toBe("aAaaaAaaaaaaaaACBQ");
  });

  it.each(["", "0H4Hn000000k9a", "0H4Hn000000k9aZK", "0H4Hn000000k9aZKAQX", "0H4-n000000k9aZ", null, 42])(
    "that is none is never guessed at: %j",
    (answer) => {
      expect(() => toId18(answer as string)).toThrow(InconclusiveError);
    },
  );
});

describe("an id as a person writes it", () => {
  it("is the same with 15 and with 18 characters, whatever its last three are", () => {
    for (const text of [SLACK_15, SLACK_18, `${SLACK_15}AAA`]) expect(parseAppId(text)).toBe(SLACK_18);
    expect(parseOrgId("00D000000000062")).toBe("00D000000000062EAA");
    expect(parseUserId("005000000000001")).toBe("005000000000001AAA");
    expect(parseAppId("0xIHn000000k9aZ")).toBe("0xIHn000000k9aZMAQ");
  });

  it("is miscopied where its last three characters say something else, and only there", () => {
    expect(isMiscopied(`${SLACK_15}AAA`, SLACK_18)).toBe(true);
    expect(isMiscopied(SLACK_18, SLACK_18)).toBe(false);
    expect(isMiscopied(SLACK_15, SLACK_18)).toBe(false);
    expect(isMiscopied("LeadScoringTool123", null)).toBe(false);
  });

  it("is of one kind", () => {
    expect(parseOrgId(SLACK_15)).toBeNull();
    expect(parseUserId(SLACK_15)).toBeNull();
    expect(parseAppId("005000000000001AAA")).toBeNull();
  });

  it.each([
    "LeadScoringTool",
    "0H4",
    "0H4Hn000000k9aZK",
    "0H4Hn000000k9aZKA",
    "0H4 n000000k9aZ",
    "0H4Hn000000k9aZ-AQ",
  ])("is no name: %s", (text) => {
    expect(parseAppId(text)).toBeNull();
    expect(appRef(text)).toEqual({ name: text });
  });
});

describe("a reference to an app", () => {
  const slack = { id: appIdOf(SLACK_18), name: "Slack" };
  it("by id means that app alone, whatever others are called", () => {
    expect(isMeant(appRef(SLACK_15), slack)).toBe(true);
    expect(isMeant(appRef(SLACK_15), { id: null, name: SLACK_15 })).toBe(false);
  });

  it("by name means whatever is called so", () => {
    expect(isMeant(appRef("Slack"), slack)).toBe(true);
    expect(isMeant(appRef("slack"), slack)).toBe(false);
    expect(isMeant({ name: SLACK_15 }, { id: null, name: SLACK_15 })).toBe(true);
  });
});
