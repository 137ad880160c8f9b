import { describe, expect, it } from "vitest";
import { appLabels, userLabel } from "../../src/plan/label.ts";
import { app, sfId } from "../inventories.ts";

const labels = (...apps: ReturnType<typeof app>[]) => Object.fromEntries(appLabels({ apps }));

describe("a label can be a key of a Pulumi map", () => {
  it.each([
    ["ann@dieppe.example", "ann@dieppe.example"],
    ["__proto__", "user __proto__"],
    ["", "user without a name"],
    ["_one", "_one"],
    ["a__b", "a__b"],
    ["a\u001b[31mb", "a\\u{1b}[31mb"],
  ])("of a user: %j becomes %j", (username, label) => {
    expect(userLabel(username)).toBe(label);
  });

  it.each([
    ["Slack", "Slack"],
    ["__provider", "app __provider"],
    ["", "app without a name"],
    ["null", "null"],
    ["constructor", "constructor"],
    ["0H4000000000001CAA", "0H4000000000001CAA"],
    [" ", '" "'],
    ["Slack ", '"Slack "'],
    ["Data  Loader", '"Data  Loader"'],
    ["Data\u00a0Loader", "Data\\u{a0}Loader"],
    ["\u202egnp.exe", "\\u{202e}gnp.exe"],
    ["S\u200black", "S\\u{200b}lack"],
    ["x".repeat(1024), "x".repeat(1024)],
    ["_one", "_one"],
  ])("of an app: %j becomes %j", (name, label) => {
    const one = app(name);
    expect(labels(one)).toEqual({ [one.key]: label });
  });
});

describe("each app has a label of its own", () => {
  const [first, second] = [app("Twin", sfId("0H4", 1)), app("Twin", sfId("0H4", 2))];

  it("apps that share a name bear their ids, and no other does", () => {
    expect(labels(first, app("Slack"), second, app("Twin"))).toEqual({
      [first.key]: `Twin (${first.id})`,
      [second.key]: `Twin (${second.id})`,
      "name:Twin": "Twin (no id)",
      "name:Slack": "Slack",
    });
  });

  it("names that only look the same once they are printable are numbered by key, whatever the order", () => {
    const odd = [
      { ...app("a\u0007"), key: "k1" },
      { ...app("a\\u{7}"), key: "k2" },
      { ...app("a\\u{7} (no id)"), key: "k0" },
    ] as const;
    const expected = { k0: "a\\u{7} (no id)", k1: "a\\u{7} (no id) #2", k2: "a\\u{7} (no id) #3" };
    expect(labels(...odd)).toEqual(expected);
    expect(labels(...odd.toReversed())).toEqual(expected);
  });
});
