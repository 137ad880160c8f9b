import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Document, visit } from "yaml";
import { editPolicy } from "../../../src/policy/edit/editPolicy.ts";
import { type AppToEdit, entryCalled, type PolicyEdit, refOfEntry } from "../../../src/policy/edit/edits.ts";
import { commentsIn } from "../../../src/policy/edit/places.ts";
import { parsePolicy } from "../../../src/policy/load.ts";
import type { Policy } from "../../../src/policy/policy.ts";
import { formatProblems } from "../../../src/policy/problem.ts";
import { summarizePolicy } from "../../../src/policy/summary.ts";
import { yamlText } from "../../../src/policy/write/yamlText.ts";
import { type AppId, appIdOf } from "../../../src/salesforce/id.ts";
import { parseDay } from "../../../src/time.ts";
import { sfId } from "../../inventories.ts";

const FILE = "policy/acme.yaml";
const ID = appIdOf(sfId("0H4", 1));
const OTHER = appIdOf(sfId("0H4", 2));
const DAY = parseDay("2027-03-31")!;

type Open = (file: string) => { readonly text: string };
const none: Open = () => {
  throw new Error("no other file is named");
};

function policyOf(text: string, open = none): Policy {
  const result = parsePolicy(text, FILE, open);
  if ("problems" in result) throw new Error(formatProblems(result.problems));
  return result.policy;
}

/** The app as whoever edits knows it: what the org says of it, and which entry is of it. */
function appIn(text: string, id: AppId | null, name: string | null, open = none): AppToEdit {
  const parsed = parsePolicy(text, FILE, open);
  const apps = "policy" in parsed ? parsed.policy.apps : [];
  const entry = apps.find((one) => (one.id === null ? one.name?.value === name : one.id.value === id));
  return { id, name, listedAs: entry === undefined ? null : refOfEntry(entry) };
}

function edited(text: string, edit: PolicyEdit, open = none): string {
  const result = editPolicy({ text, file: FILE, open }, edit);
  if ("problems" in result) throw new Error(formatProblems(result.problems));
  if ("refused" in result) throw new Error(result.refused.text);
  expect(summarizePolicy(result.policy)).toEqual(summarizePolicy(policyOf(result.text, open)));
  return result.text;
}

const START = "version: 1\nunlisted: report\n";
const allow = (text: string, more: object = {}): PolicyEdit => ({
  kind: "allow",
  app: appIn(text, ID, "Slack"),
  users: "everyone",
  ...more,
});
const deny = (text: string, more: object = {}): PolicyEdit => ({
  kind: "deny",
  app: appIn(text, ID, "Slack"),
  reason: "Breached",
  ...more,
});

describe("a decision is put where the file has its like, and every other line stays", () => {
  it.each<[what: string, before: string, after: string]>([
    [
      "a list of blocks, behind its last entry",
      `${START}apps:\n  - name: A # first\n    users: everyone # all\n    # more of A\n\n  # of B\n  - name: B\n    users: everyone\n    # maxIdleDays: 30\n\n# the end\nsessions: end\n`,
      `${START}apps:\n  - name: A # first\n    users: everyone # all\n    # more of A\n\n  # of B\n  - name: B\n    users: everyone\n    # maxIdleDays: 30\n\n  - name: Slack\n    id: ${ID}\n    users: everyone\n\n# the end\nsessions: end\n`,
    ],
    [
      "dashes that are not indented",
      `${START}apps:\n- name: A\n  users: everyone\n- name: B\n  users: everyone\nsessions: end\n`,
      `${START}apps:\n- name: A\n  users: everyone\n- name: B\n  users: everyone\n- name: Slack\n  id: ${ID}\n  users: everyone\nsessions: end\n`,
    ],
    [
      "an empty list, whose comment stays",
      `${START}apps: [] # none yet\nsessions: end\n`,
      `${START}# none yet\napps:\n  - name: Slack\n    id: ${ID}\n    users: everyone\nsessions: end\n`,
    ],
    [
      "a list that is left out after its key",
      `${START}apps: # none yet\n  # - name: A\nsessions: end\n`,
      `${START}apps: # none yet\n  # - name: A\n  - name: Slack\n    id: ${ID}\n    users: everyone\nsessions: end\n`,
    ],
    [
      "no list at all",
      `${START}# last\nsessions: end`,
      `${START}\napps:\n  - name: Slack\n    id: ${ID}\n    users: everyone\n\n# last\nsessions: end`,
    ],
    [
      "blank lines that are part of a text",
      `${START}apps:\n  - name: A\n    users: everyone\n    reason: |+\n      why\n\nsessions: end\n`,
      `${START}apps:\n  - name: A\n    users: everyone\n    reason: |+\n      why\n\n  - name: Slack\n    id: ${ID}\n    users: everyone\nsessions: end\n`,
    ],
    [
      "a list in brackets",
      `${START}apps: [{ name: A, users: everyone }] # all\n`,
      `${START}apps: [{ name: A, users: everyone }, { name: Slack, id: ${ID}, users: everyone }] # all\n`,
    ],
    [
      "a list in brackets, line by line",
      `${START}apps: [\n    { name: A, users: everyone }, # a\n    { name: B, users: everyone } # b\n  ]\n`,
      `${START}apps: [\n    { name: A, users: everyone }, # a\n    { name: B, users: everyone }, # b\n    { name: Slack, id: ${ID}, users: everyone }\n  ]\n`,
    ],
    [
      "JSON",
      `{"version": 1, "unlisted": "report", "apps": []}`,
      `{"version": 1, "unlisted": "report", "apps": [{"name":"Slack","id":"${ID}","users":"everyone"}]}`,
    ],
    [
      "lines that end as on Windows, and no last one",
      `\uFEFFversion: 1\r\nunlisted: report\r\napps:\r\n  - name: A\r\n    users: everyone`,
      `\uFEFFversion: 1\r\nunlisted: report\r\napps:\r\n  - name: A\r\n    users: everyone\r\n\r\n  - name: Slack\r\n    id: ${ID}\r\n    users: everyone`,
    ],
  ])("%s", (_, before, after) => {
    expect(edited(before, allow(before))).toBe(after);
    expect(edited(after, allow(after))).toBe(after);
  });
});

describe("an entry that is there is changed where it stands", () => {
  const listed = `${START}apps:
  - name: Slack # chat
    # who asked for it
    owner: it@acme.example
    reason: Chat # SEC-1
    mode: report
    users: # all of sales
      profiles:
        - Sales User # and no other
    maxIdleDays: 60 # as agreed
  # the next
  - name: B
    users: everyone
`;

  it("what is given, and nothing else; an id that the org gives is added", () => {
    const edit = allow(listed, { users: undefined, owner: "bob@acme.example" });
    expect(edited(listed, edit)).toBe(
      listed
        .replace("it@acme.example", "bob@acme.example")
        .replace("- name: Slack # chat\n", `- name: Slack # chat\n    id: ${ID}\n`),
    );
  });

  it("denying takes out what only a sanctioned app has, and no comment", () => {
    expect(edited(listed, deny(listed))).toBe(`${START}apps:
  - name: Slack # chat
    id: ${ID}
    sanctioned: false
    # who asked for it
    owner: it@acme.example
    reason: Breached # SEC-1
    # all of sales
    # and no other
    # as agreed
  # the next
  - name: B
    users: everyone
`);
  });

  it("sanctioning a denied app says for whom, and not any more that it is denied", () => {
    const denied = `${START}apps:\n  - { name: Slack, id: ${ID}, sanctioned: false, reason: Breached } # no\n`;
    expect(edited(denied, allow(denied, { reason: "Checked" }))).toBe(
      `${START}apps:\n  - { name: Slack, id: ${ID}, reason: Checked, users: everyone } # no\n`,
    );
  });
});

describe("two policies as one", () => {
  const shared = `${START}apps:\n  - { name: Slack, id: ${ID}, sanctioned: false, reason: Breached, owner: sec@acme.example }\n  - { id: ${OTHER}, users: everyone, maxIdleDays: 30 }\nprotected: { users: [a@acme.example] }\n`;
  const open: Open = () => ({ text: shared });
  const own = "version: 1\nextends: shared.yaml\n";

  it("the file's own entry turns around what the extended one says", () => {
    const edit = {
      kind: "allow",
      app: appIn(own, ID, "Slack", open),
      users: "everyone",
      reason: "Checked",
    } as const;
    const text = edited(own, edit, open);
    expect(text).toBe(
      `${own}\napps:\n  - name: Slack\n    id: ${ID}\n    sanctioned: true\n    reason: Checked\n    users: everyone\n`,
    );
    expect(policyOf(text, open).apps[0]).toMatchObject({ denied: null, owner: "sec@acme.example" });
  });

  it("an owner alone completes it", () => {
    const edit = { kind: "allow", app: appIn(own, OTHER, null, open), owner: "bob@acme.example" } as const;
    const text = edited(own, edit, open);
    expect(text).toBe(`${own}\napps:\n  - id: ${OTHER}\n    owner: bob@acme.example\n`);
    expect(policyOf(text, open).apps[0]).toMatchObject({
      owner: "bob@acme.example",
      times: { maxIdleDays: { value: 30 } },
    });
  });

  it("who is protected there already is not said again", () => {
    expect(edited(own, { kind: "protect", user: "A@acme.example" }, open)).toBe(own);
  });
});

describe("exemptions and what is protected", () => {
  const exempt = {
    kind: "exempt",
    user: "bob@acme.example",
    owner: "it@acme.example",
    reason: "Migrating: SEC-2",
    expires: DAY,
  } as const;

  it("say behind an id what the app is called", () => {
    const app = { id: ID, name: "Bob's\n# Tool", listedAs: null };
    const text = edited(edited(`${START}apps: []\n`, { ...exempt, app }), {
      kind: "protect",
      app: { ...app, id: OTHER },
    });
    expect(text).toBe(`${START}apps: []

protected:
  apps:
    - ${OTHER} # Bob's\\u{a}# Tool

exemptions:
  - app: ${ID} # Bob's\\u{a}# Tool
    user: bob@acme.example
    reason: "Migrating: SEC-2"
    owner: it@acme.example
    expires: ${DAY}
`);
  });

  it("an exemption of the same app and user is changed", () => {
    const app = { id: ID, name: "Slack", listedAs: null };
    const once = edited(`${START}apps: []\n`, { ...exempt, app });
    expect(edited(once, { ...exempt, app, user: "BOB@acme.example", reason: "Later" })).toBe(
      once.replace('"Migrating: SEC-2"', "Later"),
    );
  });

  it("a name that reads as an id is a map", () => {
    const app = { id: null, name: sfId("0H4", 7), listedAs: null };
    expect(edited(`${START}apps: []\n`, { kind: "protect", app })).toContain(
      `apps:\n    - name: ${app.name}\n`,
    );
  });
});

describe("what is refused leaves no text", () => {
  const codes = (text: string, edit: PolicyEdit, open = none) => {
    const result = editPolicy({ text, file: FILE, open }, edit);
    return "problems" in result
      ? result.problems.map(({ code }) => code)
      : "refused" in result
        ? result.refused.code
        : result.text;
  };

  it.each<[what: string, text: string, edit: (text: string) => PolicyEdit, code: string | string[]]>([
    ["anchors", `${START}apps: &a []\n`, allow, ["anchor-not-allowed"]],
    ["no YAML", `${START}apps: [\n`, allow, ["yaml-not-valid"]],
    [
      "a protected app that is to be denied",
      `${START}apps: []\nprotected: { apps: [${ID}] }\n`,
      deny,
      ["app-denied-and-protected"],
    ],
    [
      "a denied app that is to be protected",
      `${START}apps: [{ id: ${ID}, sanctioned: false }]\n`,
      (text) => ({ kind: "protect", app: appIn(text, ID, null) }),
      ["app-denied-and-protected"],
    ],
    [
      "a leaver who is to be protected",
      `${START}apps: []\noffboarded: [a@b.example]\n`,
      () => ({ kind: "protect", user: "A@b.example" }),
      ["user-offboarded-and-protected"],
    ],
    [
      "keys that are written as none of ours",
      `${START}apps:\n  - ? name\n    : Slack\n    ? users\n    : everyone\n`,
      (text) => ({ kind: "deny", app: appIn(text, null, "Slack"), reason: "x" }),
      "policy-not-editable",
    ],
    [
      "an app that nobody is said of",
      `${START}apps: []\n`,
      (text) => allow(text, { users: undefined }),
      ["key-missing"],
    ],
    [
      "explicit keys",
      `${START}apps:\n  - ? name\n    : Slack\n    ? users\n    : everyone\n`,
      (text) => ({ kind: "deny", app: appIn(text, null, "Slack"), reason: "x" }),
      "policy-not-editable",
    ],
  ])("%s", (_, text, edit, expected) => {
    expect(codes(text, edit(text))).toEqual(expected);
  });
});

/** Names that YAML, a terminal or a reader could take for something else. */
const hostile = fc
  .oneof(
    fc.constantFrom(
      "Slack",
      "yes",
      "null",
      "~",
      "1.0",
      "- a",
      "a: b",
      "a #b",
      "#",
      "{",
      "]",
      "'",
      '"',
      "\\",
      "a\nb",
      "\u202eevil",
      "@x",
      "*a",
      "&a",
      "!a",
      "|",
      "> a",
      "%a",
      "?",
      " a ",
      "0H4000000000007CAA",
      "<<",
      "__proto__",
      "a,b",
      "é",
      "🦊",
      "\ufe0f",
      "a\tb",
      "\u0085x",
    ),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
  )
  .filter((name) => /[\p{L}\p{N}]/u.test(name));

const users = fc.constantFrom<unknown>(
  "everyone",
  "nobody",
  { profiles: ["Sales User"] },
  { everyone: true, except: { usernames: ["a@b.example"] } },
);
const policies = fc.record({
  apps: fc.uniqueArray(
    fc.record({
      name: hostile,
      id: fc.option(fc.nat(3)),
      denied: fc.boolean(),
      users,
      reason: fc.option(hostile),
      owner: fc.option(hostile),
      maxIdleDays: fc.option(fc.integer({ min: 1, max: 90 })),
    }),
    { maxLength: 4, selector: ({ name, id }) => id ?? name.normalize("NFC").toUpperCase() },
  ),
  protectedUsers: fc.uniqueArray(fc.constantFrom("p@b.example", "q@b.example"), { maxLength: 2 }),
  exemptions: fc.uniqueArray(
    fc.record({ user: fc.constantFrom("x@b.example", "y@b.example"), reason: hostile }),
    { maxLength: 2, selector: ({ user }) => user },
  ),
  sessions: fc.boolean(),
  flow: fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
  comments: fc.array(fc.tuple(fc.nat(40), fc.boolean()), { maxLength: 8 }),
  eol: fc.constantFrom("\n", "\r\n"),
  mark: fc.boolean(),
  isOpen: fc.boolean(),
});

type Raw = typeof policies extends fc.Arbitrary<infer T> ? T : never;

/** A policy in one of the many ways in which people write one. */
function written(raw: Raw): string {
  const apps = raw.apps.map(({ name, id, denied, users, reason, owner, maxIdleDays }) => ({
    name,
    ...(id === null ? {} : { id: sfId("0H4", id) }),
    ...(denied ? { sanctioned: false } : { users }),
    ...(owner === null ? {} : { owner }),
    ...(reason === null ? {} : { reason }),
    ...(maxIdleDays === null ? {} : { maxIdleDays }),
  }));
  const document = new Document({
    version: 1,
    unlisted: "report",
    apps,
    ...(raw.protectedUsers.length === 0 ? {} : { protected: { users: raw.protectedUsers } }),
    ...(raw.sessions ? { sessions: "end" } : {}),
    ...(raw.exemptions.length === 0
      ? {}
      : { exemptions: raw.exemptions.map((one) => ({ ...one, owner: "o", expires: DAY })) }),
  });
  let n = 0;
  visit(document, {
    Collection(key, node) {
      if (key !== null) node.flow = raw.flow[n++ % raw.flow.length]!;
    },
  });
  const lines = yamlText(document, 0).trimEnd().split("\n");
  for (const [at, isBehind] of raw.comments) {
    const i = at % lines.length;
    if (isBehind) lines[i] += ` # behind ${i}`;
    else lines.splice(i, 0, `${/^ */.exec(lines[i]!)![0]}# before ${i}`);
  }
  return (raw.mark ? "\uFEFF" : "") + lines.join(raw.eol) + (raw.isOpen ? "" : raw.eol);
}

const edits = fc.record({
  kind: fc.constantFrom("allow", "deny", "exempt", "protect", "own"),
  app: fc.record({ name: hostile, id: fc.option(fc.nat(3)), pick: fc.option(fc.nat(5)) }),
  user: fc.constantFrom("x@b.example", "p@b.example", "new@b.example"),
  text: hostile,
  users,
});

function editOf(
  { kind, app, user, text, users }: typeof edits extends fc.Arbitrary<infer T> ? T : never,
  policy: Policy,
): PolicyEdit {
  const entry = app.pick === null ? undefined : policy.apps[app.pick % Math.max(policy.apps.length, 1)];
  const ref = entry === undefined ? null : refOfEntry(entry);
  const id =
    entry === undefined ? (app.id === null ? null : appIdOf(sfId("0H4", app.id))) : (entry.id?.value ?? null);
  const byId = id === null ? null : entryCalled(policy, { id });
  const meant: AppToEdit = {
    id,
    name: entry?.name?.value ?? app.name,
    listedAs: ref ?? (byId === null ? null : { id: id! }),
  };
  switch (kind) {
    case "allow":
      return { kind, app: meant, users: users as never, reason: text, owner: text, reviewBy: DAY };
    case "deny":
      return { kind, app: meant, reason: text };
    case "own":
      return { kind: "allow", app: meant, owner: text };
    case "exempt":
      return { kind, app: meant, user, reason: text, owner: text, expires: DAY };
    case "protect":
      return text.length % 2 === 0 ? { kind, app: meant } : { kind, user };
  }
}

it("whatever the policy and the decision: it says that, nothing else is new, no comment is lost, and a second time changes nothing", () => {
  let done = 0;
  let unfit = 0;
  fc.assert(
    fc.property(policies, edits, (raw, asked) => {
      const text = written(raw);
      const before = parsePolicy(text, FILE);
      if ("problems" in before) return; // names that are listed twice, or comments where none may be
      const edit = editOf(asked, before.policy);
      const result = editPolicy({ text, file: FILE, open: none }, edit);
      if ("refused" in result) throw new Error(`${result.refused.code}\n${text}`);
      if ("problems" in result) {
        unfit++;
        expect(result.isBefore).toBe(false);
        return;
      }
      done++;
      const after = policyOf(result.text);
      const rest = (policy: Policy) => {
        const { apps, protected: _, exemptions, ...more } = summarizePolicy(policy);
        return more;
      };
      expect(rest(after)).toEqual(rest(before.policy));
      const kept = commentsIn(result.text).map((one) => one.text);
      for (const one of commentsIn(text)) expect(kept).toContain(one.text);
      expect(result.text.startsWith("\uFEFF")).toBe(raw.mark);
      if (raw.eol === "\r\n" && text.includes("\r\n"))
        expect(result.text.replaceAll("\r\n", "")).not.toContain("\n");
      const app =
        "app" in edit && edit.app
          ? {
              ...edit.app,
              listedAs:
                edit.kind === "allow" || edit.kind === "deny"
                  ? edit.app.id === null
                    ? { name: edit.app.name! }
                    : { id: edit.app.id }
                  : edit.app.listedAs,
            }
          : undefined;
      const again = editPolicy({ text: result.text, file: FILE, open: none }, {
        ...edit,
        ...(app === undefined ? {} : { app }),
      } as PolicyEdit);
      expect("text" in again ? again.text : again).toBe(result.text);
    }),
    { numRuns: Number(process.env.EDIT_RUNS ?? 60) },
  );
  expect(done).toBeGreaterThan(unfit);
});
