import type { OrgFixture } from "../fixture/fixture.ts";
import { sfId } from "../ids.ts";
import { Random } from "./random.ts";

/** The apps of Dieppe Trading; the last was somebody's proof of concept, and nobody ever installed it. */
export const OUTLOOK = { id: sfId("0H4", 1), name: "Outlook Plugin" };
export const SLACK = { id: sfId("0H4", 2), name: "Slack" };
export const BOBS_TOOL = { id: null, name: "Bob's Lead Scoring Tool" };

const FIRST =
  "Ada Amir Anouk Bea Caleb Chidi Clara Dilan Edith Elif Emil Esra Farah Femi Greta Hana Hugo Ines Iris Jonas Kaya Lena Liam Lucia Mads Maya Milo Nadia Noor Olga Otis Petra Quinn Rania Remy Sana Sven Tariq Uma Vera".split(
    " ",
  );
const LAST =
  "Abbott Achebe Bakker Baptiste Castillo Cohen Dubois Ekberg Fontaine Garcia Haddad Ibsen Jansen Kowalski Laurent Moreau Nakamura Okafor Petit Quist Rossi Schmidt Tanaka Ulrich Varga Weber Xu Yilmaz Zeller Lindqvist".split(
    " ",
  );
const SALES = ["Sales User", "Standard User"];
const OTHERS = ["Support Agent", "Marketing User"];

/**
 * Dieppe Trading: 240 users on Outlook Plugin, 180 on Slack and 12 on Bob's Lead Scoring Tool. People
 * overlap, some hold two grants for one app, 60 hold none, and 15 of those have left. The same each time.
 */
export function dieppeTrading(): OrgFixture {
  const random = new Random(1942);
  const onOutlook = people(0, 240, () => random.pick(SALES));
  const onSlackAlone = people(240, 50, () => random.pick(OTHERS));
  const withoutGrants = people(290, 60, (i) =>
    i < 4 ? "System Administrator" : random.pick([...SALES, ...OTHERS]),
  );
  const onSlack = [...onOutlook.slice(0, 130), ...onSlackAlone];
  const onBobsTool = [...onOutlook.slice(20, 26), ...onOutlook.slice(200, 204), ...onSlackAlone.slice(0, 2)];
  const left = new Set(withoutGrants.slice(40, 55));
  const integration = user(
    350,
    "Sanctioned Integration",
    "sanctioned.integration@dieppe.example",
    "Sanctioned Integration",
  );

  return {
    organization: { id: sfId("00D", 1942), name: "Dieppe Trading", isSandbox: false },
    caller: integration.username,
    profiles: [
      [
        "System Administrator",
        [
          "ApiEnabled",
          "ViewSetup",
          "ManageUsers",
          "CustomizeApplication",
          "ModifyAllData",
          "ViewAllData",
          "AuthorApex",
          "ExternalClientAppViewer",
          "ExternalClientAppAdmin",
        ],
      ] as const,
      [
        "Sanctioned Integration",
        [
          "ApiEnabled",
          "ViewSetup",
          "ManageUsers",
          "CustomizeApplication",
          "ExternalClientAppViewer",
          "ModifyMetadata",
        ],
      ] as const,
      ...[...SALES, ...OTHERS].map((name) => [name, ["ApiEnabled"]] as const),
    ].map(([name, permissions], i) => ({ id: sfId("00e", i + 1), name, permissions: [...permissions] })),
    permissionSets: [
      {
        id: sfId("0PS", 1),
        name: "Slack_User",
        label: "Slack User",
        permissions: [],
        assignees: onSlack.map(({ username }) => username),
      },
      {
        id: sfId("0PS", 2),
        name: "Report_Builder",
        label: "Report Builder",
        permissions: ["ViewAllData"],
        assignees: onOutlook.slice(0, 5).map(({ username }) => username),
      },
    ],
    users: [
      ...[...onOutlook, ...onSlackAlone, ...withoutGrants].map((person) =>
        left.has(person) ? { ...person, isActive: false } : person,
      ),
      integration,
    ],
    apps: [
      { ...OUTLOOK, inAppMenu: true },
      { ...SLACK, inAppMenu: true },
      { id: sfId("0H4", 3), name: "sanctioned", inAppMenu: true },
      { ...BOBS_TOOL, inAppMenu: false },
    ],
    grants: [
      ...onOutlook.flatMap((person, i) =>
        grants(random, person, OUTLOOK, i % 24 === 7 ? 2 : 1, "2022-02-01T08:00:00Z"),
      ),
      ...onSlack.flatMap((person, i) =>
        grants(random, person, SLACK, i % 30 === 11 ? 2 : 1, "2023-01-09T08:00:00Z"),
      ),
      ...onBobsTool.flatMap((person) =>
        grants(random, person, BOBS_TOOL, 1, "2023-05-02T08:00:00Z", "2023-07-01T00:00:00Z"),
      ),
    ],
  };
}

type Person = OrgFixture["users"][number];

function people(from: number, count: number, profile: (i: number) => string): Person[] {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    // 40 first and 30 last names: every pair stands once before one comes again.
    const [first, last] = [
      FIRST[n % FIRST.length]!,
      LAST[(n * 7 + Math.floor(n / FIRST.length)) % LAST.length]!,
    ];
    return user(n, `${first} ${last}`, `${first}.${last}@dieppe.example`.toLowerCase(), profile(i));
  });
}

function user(n: number, name: string, username: string, profile: string): Person {
  return { id: sfId("005", n + 1), username, name, profile, isActive: true, userType: "Standard" };
}

function grants(
  random: Random,
  { username }: Person,
  { name }: { name: string },
  count: number,
  from: string,
  to = "2026-09-30T00:00:00Z",
): OrgFixture["grants"] {
  return Array.from({ length: count }, () => {
    const createdAt = random.instant(from, to);
    const abandoned = name === BOBS_TOOL.name;
    const unused = random.chance(0.03);
    return {
      username,
      app: name,
      createdAt,
      lastUsedAt: unused
        ? null
        : random.instant(createdAt, abandoned ? "2024-02-28T00:00:00Z" : "2026-11-20T00:00:00Z"),
      useCount: unused ? random.pick([0, null]) : 1 + random.integer(abandoned ? 40 : 900),
    };
  });
}
