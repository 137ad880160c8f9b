import { expect, it } from "vitest";
import { evaluate } from "../../src/plan/evaluate.ts";
import { appLabels } from "../../src/plan/label.ts";
import { platformPart } from "../../src/plan/platformPart.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { draftPlatformLines, platformLines } from "../../src/report/platformText.ts";
import { resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, like, user } from "../inventories.ts";

const USERS = [user(1), user(2), user(3)];
const [ANN] = USERS as [(typeof USERS)[number]];
const packaged = (name: string, id: string) => ({ ...app(name, id), namespace: "sf_chttr_apps" });
const IOS = packaged("Salesforce for iOS", "0H4000000000001CAA");
const ANDROID = packaged("Salesforce for Android", "0H4000000000002CAA");
const inventory = inventoryOf({
  users: USERS,
  grants: [
    ...USERS.map(({ id }) => grant(id, IOS)),
    ...[ANDROID, app("Data Loader"), app("Notetaker")].map((one) => grant(ANN.id, one)),
  ],
});

function lines(policy: Partial<PolicyFile>, of = inventory): string[] {
  const { policy: parsed } = resolve({ version: 1, unlisted: "report", apps: [], ...policy }, of);
  return platformLines(platformPart(evaluate(parsed, of, AS_OF), appLabels(of)));
}

const OWN = (rule: string, what: string) =>
  `Salesforce's own apps that the policy does not list (${rule}): Salesforce for iOS (3 users), Salesforce for Android (1 user): 4 grants ${what}.`;
const NAMED = (what: string) =>
  `Called as Salesforce's own, and nothing proves that they are: Data Loader (1 user): 1 grant ${what}.`;

it.each<[string, Partial<PolicyFile>, string[]]>([
  [
    "kept",
    { unlisted: "revoke", platformApps: "keep" },
    [
      OWN("`platformApps: keep`", "kept"),
      NAMED("only reported. Find out whose they are, then list or deny them by id"),
    ],
  ],
  [
    "revoked, and what is only called so goes as any app that is not listed",
    { unlisted: "revoke", platformApps: "revoke" },
    [OWN("`platformApps: revoke`", "revoked"), NAMED("revoked")],
  ],
  [
    "reported where nothing is said of them",
    {},
    [OWN("the policy has no `platformApps`", "only reported"), NAMED("only reported")],
  ],
  [
    "those that the policy lists or denies are none of them",
    {
      apps: [IOS, ANDROID].map(({ id }) => ({ id: id!, users: "everyone" })),
      appsLike: [{ name: "Data*", sanctioned: false }],
    },
    [],
  ],
])("Salesforce's own apps are named as a group, with what they get: %s", (_what, policy, expected) => {
  expect(lines(policy)).toEqual(expected);
});

it("of grants of which it cannot be told whose they are nothing is said, and names are shown safely", () => {
  const doubtful = like(IOS);
  const doubt = inventoryOf({ users: USERS, grants: [grant(ANN.id, doubtful)], apps: [IOS, doubtful] });
  expect(lines({ platformApps: "keep" }, doubt)).toEqual([]);
  const evil = { ...IOS, name: "Salesforce\u001b[31m" };
  const [line] = lines(
    { platformApps: "keep" },
    inventoryOf({ users: USERS, grants: [grant(ANN.id, evil)] }),
  );
  expect(line).toContain("Salesforce\\u{1b}[31m (1 user)");
});

it("a draft names them as a group too, with what it makes of them, and apart from them what is only called so", () => {
  expect(draftPlatformLines(inventory)).toEqual([
    "Salesforce's own apps: Salesforce for iOS (3 users), Salesforce for Android (1 user). The draft keeps them by `platformApps: keep` and lists none; under `unlisted: revoke` everyone would lose them without that line.",
    "Called as Salesforce's own, and nothing proves that they are: Data Loader (1 user). The draft takes each as any other app: find out whose it is.",
  ]);
  expect(
    draftPlatformLines(inventoryOf({ users: USERS, grants: [grant(ANN.id, app("Notetaker"))] })),
  ).toEqual([]);
});
