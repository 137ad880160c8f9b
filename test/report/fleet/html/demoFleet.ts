import type { HistoryRun } from "../../../../src/fleet/history/historySchema.ts";
import { trendsOf } from "../../../../src/fleet/history/trends.ts";
import { EMPTY_DIRECTORY } from "../../../../src/inventory/inventory.ts";
import type { FullPlan } from "../../../../src/plan/planSchema.ts";
import type { FleetPlans } from "../../../../src/report/fleet/fleetPlans.ts";
import { judgedOrgs } from "../../../../src/report/fleet/fleetPlans.ts";
import {
  FleetGatherer,
  type FleetPage,
  type PageHistory,
} from "../../../../src/report/fleet/html/fleetPage.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../../../inventories.ts";
import { reportOf } from "../../html/reports.ts";
import { fleetOf, type SomeOrg } from "../someFleet.ts";

const DAY = 86_400_000;

/** A page on plans, as the verb makes it. */
export function fleetPageOf(
  plans: FleetPlans,
  history: PageHistory | null = null,
  pageOf: FleetPage["pageOf"] = ({ name, plan }) => (plan === null ? null : `orgs/${name}.html`),
): FleetPage {
  const gatherer = new FleetGatherer();
  for (const { result, plan } of judgedOrgs(plans)) if (plan !== null) gatherer.add(result.name, plan);
  return { run: plans.run, ...gatherer.of(plans.run), history, pageOf };
}

/** What runs of a fleet would have kept. */
export function historyPart(runs: readonly HistoryRun[], leftAside = 0): PageHistory {
  return { file: "fleet-history.jsonl", runs: runs.length, leftAside, trends: trendsOf(runs, () => true) };
}

const APPS = ["Outlook Plugin", "Slack", "Drift", "Data Loader", "Gong", "Bob's Lead Scoring Tool"];

/** One org of the fleet below: some users of apps, fewer of which its policy lists than of the one before. */
export function demoPlan(
  n: number,
  {
    users: count = 40 + n * 12,
    isSandbox = false,
    listed = 5 - (n % 3),
    apps = APPS,
    name = `Org ${n}`,
  } = {},
): FullPlan {
  const suffix = isSandbox ? ".uat" : "";
  const users = Array.from({ length: count }, (_, i) =>
    // A few are in several orgs.
    user(n * 10_000 + i, {
      username: i < 9 ? `user${i}@acme.example${suffix}` : `user${i}@org${n}.example${suffix}`,
    }),
  );
  const own = apps.map((one, i) => app(one, i % 5 === 4 ? null : sfId("0H4", n * 100 + i)));
  const grants = users.flatMap(({ id }, u) =>
    own.flatMap((one, a) =>
      u % (a + 1) === 0
        ? [
            grant(id, one, {
              createdAt: AS_OF - ((u * 37 + a * 11) % 900) * DAY,
              lastUsedAt: (u + a) % 7 === 0 ? null : AS_OF - ((u * 13 + a * 5) % 200) * DAY,
              useCount: (u * 7 + a) % 50,
            }),
          ]
        : [],
    ),
  );
  const policy = [
    "version: 1",
    n % 2 === 0 ? "unlisted: report" : "unlisted: revoke\nplatformApps: revoke",
    "highPrivilege: { permissions: [ModifyAllData] }",
    listed === 0 ? "apps: []" : "apps:",
    ...own
      .slice(0, listed)
      .map(
        ({ name, id }) =>
          `  - { name: ${JSON.stringify(name)}${id === null ? "" : `, id: ${id}`}, owner: it, reason: x, users: everyone }`,
      ),
  ].join("\n");
  const inventory = inventoryOf({
    users,
    apps: own,
    grants,
    directory: {
      ...EMPTY_DIRECTORY,
      permissionHolders: new Map([["ModifyAllData", new Set([users[1]!.id])]]),
    },
  });
  const { plan } = reportOf(inventory, `${policy}\n`);
  return { ...plan, org: { ...plan.org, id: sfId("00D", n + 1), name, isSandbox } };
}

/** A company with a sandbox, two acquired companies, and an org that nobody answers for. */
export function demoFleet(): FleetPage {
  const orgs: SomeOrg[] = [
    { name: "acme-uat", plan: demoPlan(0, { isSandbox: true, name: "Acme (UAT)" }) },
    { name: "acme-production", plan: demoPlan(1, { name: "Acme" }) },
    { name: "dieppe", plan: demoPlan(2, { name: "Dieppe Trading", apps: APPS.slice(0, 4) }) },
    { name: "rouen", plan: demoPlan(3, { name: "Rouen Retail", listed: 9 }) },
    { name: "caen", plan: demoPlan(4, { name: "Caen Cargo", listed: 9, apps: APPS.slice(0, 2) }) },
    {
      name: "lisieux",
      status: "unreachable",
      problem: {
        code: "host-not-reachable",
        text: "lisieux.my.salesforce.com does not answer (ENOTFOUND). Check the address and the network.",
      },
    },
    {
      name: "honfleur",
      status: "inconclusive",
      problem: {
        code: "list-not-completed",
        text: "The list of grants could not be completed: 1,204 of 1,260 were read. Run it again.",
      },
    },
  ];
  const plans = fleetOf(orgs, { notSelected: ["fecamp"], limits: { percent: 100, revocations: 1000 } });
  return fleetPageOf(plans, historyPart(demoHistory(plans)));
}

/** Thirty-odd days of runs over three months, with a day without the sandbox, an org that joined late, and revocations. */
function demoHistory({ run }: FleetPlans): HistoryRun[] {
  return Array.from({ length: 36 }, (_, i): HistoryRun => {
    const back = 35 - i;
    return {
      history: 1,
      at: new Date(AS_OF - back * 2 * DAY).toISOString(),
      verb: "plan",
      orgs: run.orgs.flatMap(({ name, id, status, numbers }, n) => {
        if (n === 4 && i < 12) return [];
        const isOut = numbers === null || (n === 0 && (i === 20 || i === 21));
        return {
          name,
          id,
          status: isOut ? "unreachable" : status,
          seen: isOut
            ? null
            : {
                ...numbers,
                grants: numbers.grants + back * (3 - n) + ((i * 7 + n) % 5),
                unlistedApps: numbers.unlistedApps + Math.floor(back / 9),
                idle: Math.max(0, numbers.idle - ((i * n) % 7) + Math.floor(back / 3)),
              },
          revoked: i % 9 === n ? 12 + i : null,
        };
      }),
    };
  });
}
