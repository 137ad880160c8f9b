import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appLabels, userLabels } from "../../src/plan/label.ts";
import { printable } from "../../src/printable.ts";
import { app, provider, sfId } from "../inventories.ts";

const labels = (...apps: ReturnType<typeof app>[]) => Object.fromEntries(appLabels({ apps }));

describe("a label says what a name alone would not", () => {
  it.each([
    ["ann@dieppe.example", "ann@dieppe.example"],
    ["__proto__", '"__proto__"'],
    ["", "user without a name"],
    ["user without a name", '"user without a name"'],
    ["_one", "_one"],
    ["a__b", "a__b"],
    ["ann@x (005000000000001AAA)", '"ann@x (005000000000001AAA)"'],
  ])("of a user: %j becomes %j", (username, label) => {
    const id = sfId("005", 1);
    expect(userLabels([{ id, username }]).get(id)).toBe(label);
  });

  it("users of one name, which an honest org does not have, bear their ids", () => {
    const users = [1, 2].map((n) => ({ id: sfId("005", n), username: "ann@x" }));
    expect([...userLabels(users).values()]).toEqual(users.map(({ id }) => `ann@x (${id})`));
  });

  it.each([
    ["Slack", "Slack"],
    ["__provider", '"__provider"'],
    ["", "app without a name"],
    ["app without a name", '"app without a name"'],
    ["null", "null"],
    ["constructor", "constructor"],
    ["0H4000000000001CAA", '"0H4000000000001CAA"'],
    ["0xI000000000001", '"0xI000000000001"'],
    ["Slack (0H4000000000001CAA)", '"Slack (0H4000000000001CAA)"'],
    ["Slack (no id)", '"Slack (no id)"'],
    ["Okta (identity provider)", '"Okta (identity provider)"'],
    ["Okta (identity provider, no id)", '"Okta (identity provider, no id)"'],
    ['"Slack"', '""Slack""'],
    ['"Slack" Connector', '"Slack" Connector'],
    ["Slack (beta)", "Slack (beta)"],
    [" ", '" "'],
    ["Slack ", '"Slack "'],
    ["Data  Loader", '"Data  Loader"'],
    ["S\u200black", "S\u200black"],
    ["x".repeat(1024), "x".repeat(1024)],
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

  it("an identity provider's says that it is one", () => {
    const id = sfId("0SO", 1);
    expect(labels(app("Okta"), provider("Okta"))).toEqual({
      "name:Okta": "Okta",
      "provider:Okta": "Okta (identity provider)",
    });
    expect(labels(provider("Okta"), provider("Okta", id))).toEqual({
      "provider:Okta": "Okta (identity provider, no id)",
      [id]: `Okta (identity provider, ${id})`,
    });
  });

  it("whatever they are called, and whatever others are called: shown, no two are the same", () => {
    const ids = [null, ...[1, 2, 3].map((n) => sfId("0H4", n))];
    const alike = fc
      .tuple(
        fc.constantFrom("", '"', "__", "\u200b", "\\u{200b}"),
        fc.constantFrom("Twin", "", "app without a name", "\u200b"),
        fc.constantFrom("", '"', " ", ...[...ids, "no id"].map((id) => ` (${id ?? "identity provider"})`)),
        fc.constantFrom("", ` (${ids[1]})`, " (identity provider)", ` (identity provider, ${ids[2]})`),
      )
      .map((parts) => parts.join(""));
    const apps = fc.uniqueArray(
      fc
        .tuple(fc.oneof(alike, fc.string({ unit: "binary" })), fc.constantFrom(...ids), fc.boolean())
        .map(([name, id, isProvider]) => (isProvider && id === null ? provider(name) : app(name, id))),
      { selector: ({ key }) => key, maxLength: 12 },
    );
    fc.assert(
      fc.property(apps, (some) => {
        const shown = [...appLabels({ apps: some }).values()].map(printable);
        expect(new Set(shown).size).toBe(some.length);
        // The engine keeps keys that start with `__` for itself.
        for (const label of shown) expect(label).toMatch(/^(?!__)./);
      }),
    );
  });
});
