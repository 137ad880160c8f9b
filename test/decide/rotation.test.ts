import { describe, expect, it } from "vitest";
import type { App, Grant } from "../../src/inventory/inventory.ts";
import { EMPTY_DIRECTORY } from "../../src/inventory/inventory.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { DAY_MS } from "../../src/time.ts";
import { resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, like, sfId, user } from "../inventories.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const USERS = [user(1), user(2), user(3), user(4), user(5)];
const HOUR = DAY_MS / 24;
/** Grants of one app of so many users, each used so long after it was given, and last so many days ago. */
const grants = (
  count: number,
  { of = SLACK, after = 0, ago = 1 }: { of?: App; after?: number; ago?: number } = {},
): Grant[] =>
  USERS.slice(0, count).map(({ id }) => {
    const lastUsedAt = AS_OF - ago * DAY_MS;
    return grant(id, of, { createdAt: lastUsedAt - after, lastUsedAt, useCount: 1 });
  });
const AGE = { apps: [{ id: SLACK.id!, users: "everyone" as const, maxAgeDays: 365 }] };

function found(policy: Partial<PolicyFile>, held: readonly Grant[]): string[] {
  const inventory = inventoryOf({
    users: USERS,
    grants: held,
    directory: {
      ...EMPTY_DIRECTORY,
      permissionHolders: new Map([["ModifyAllData", new Set([USERS[0]!.id])]]),
    },
  });
  const file: PolicyFile = { version: 1, unlisted: "report", apps: [], ...policy };
  return evaluate(resolve(file, inventory).policy, inventory, AS_OF).findings.flatMap(
    ({ code, severity, params, app: of, at }) =>
      code === "age-unknown" ? `${severity} ${of!.name} ${params.rule} ${at.file}` : [],
  );
}

describe("an app seems to rotate its tokens", () => {
  const SEEMS = ["warning Slack maxAgeDays generated policy at apps[0].maxAgeDays"];
  it.each<[rule: string, held: readonly Grant[], seems: boolean]>([
    ["where more than three grants were last used as they were given", grants(4), true],
    ["within an hour before or after", [...grants(2, { after: HOUR }), ...grants(2, { after: -HOUR })], true],
    ["not where it is three", grants(3), false],
    ["not where one was used later", [...grants(4), ...grants(1, { after: HOUR + 1 })], false],
    [
      "whatever grants say that were not used lately",
      [...grants(4), ...grants(2, { after: 9 * DAY_MS, ago: 61 })],
      true,
    ],
    ["lately is 60 days", [...grants(4), ...grants(1, { after: 9 * DAY_MS, ago: 60 })], false],
    ["where none was used lately by all of them", grants(4, { ago: 300 }), true],
    ["not by one that was", [...grants(4, { ago: 300 }), ...grants(1, { after: DAY_MS })], false],
    ["not where it cannot be told", [...grants(4), grant(USERS[0]!.id, SLACK, { createdAt: null })], false],
    ["however often a token is said to be issued", grants(4).map((one) => ({ ...one, useCount: 900 })), true],
    ["and not by grants of another app", [...grants(3), ...grants(1, { of: app("Other") })], false],
  ])("%s", (_rule, held, seems) => {
    expect(found(AGE, held)).toEqual(seems ? SEEMS : []);
  });
});

describe("that it does is a finding at each rule that goes by age", () => {
  const entry = (more: object) => ({ apps: [{ id: SLACK.id!, users: "everyone" as const, ...more }] });
  const lookBack = { permissions: ["ModifyAllData"], grantedWithinDays: 7 };
  it.each<[rule: string, policy: Partial<PolicyFile>, found: string[]]>([
    ["none where no time is judged", entry({}), []],
    [
      "of an entry's age",
      entry({ maxAgeDays: 9, maxIdleDays: 9 }),
      ["warning maxAgeDays apps[0].maxAgeDays"],
    ],
    ["a note, of idleness alone", entry({ maxIdleDays: 9 }), ["note maxIdleDays apps[0].maxIdleDays"]],
    [
      "a note, of use alone",
      entry({ neverUsedAfterDays: 9 }),
      ["note neverUsedAfterDays apps[0].neverUsedAfterDays"],
    ],
    [
      "of all apps, though not listed",
      { defaults: { maxAgeDays: 9 } },
      ["warning maxAgeDays defaults.maxAgeDays"],
    ],
    [
      "not of those that go for not being listed",
      { unlisted: "revoke", platformApps: "revoke", defaults: { maxAgeDays: 9 } },
      [],
    ],
    ["nor of denied ones", { apps: [{ id: SLACK.id!, sanctioned: false }], defaults: { maxAgeDays: 9 } }, []],
    ["nor by a pattern", { appsLike: [{ name: "Sl*", sanctioned: false }], defaults: { maxAgeDays: 9 } }, []],
    ["nor of protected ones", { protected: { apps: [SLACK.id!] }, defaults: { maxAgeDays: 9 } }, []],
    [
      "of high privilege that looks back",
      { highPrivilege: lookBack },
      ["warning highPrivilege highPrivilege"],
    ],
    ["not of high privilege at any time", { highPrivilege: { permissions: ["ModifyAllData"] } }, []],
    [
      "of several rules",
      { highPrivilege: lookBack, ...entry({ maxAgeDays: 9 }) },
      ["warning maxAgeDays apps[0].maxAgeDays", "warning highPrivilege highPrivilege"],
    ],
  ])("%s", (_rule, policy, wanted) => {
    const said = found(policy, grants(5)).map((text) =>
      text.replace("Slack ", "").replace("generated policy at ", ""),
    );
    expect(said).toEqual(wanted);
  });

  it("not of high privilege where none of its users is", () => {
    const held = grants(5, {}).slice(1);
    expect(found({ highPrivilege: lookBack }, held)).toEqual([]);
  });

  it("nor where nobody can tell which app it is", () => {
    const doubtful = like(SLACK);
    expect(found({ defaults: { maxAgeDays: 9 } }, [...grants(1), ...grants(5, { of: doubtful })])).toEqual(
      [],
    );
  });
});
