import type { OrgResult } from "../../fleet/runSchema.ts";
import { orgView } from "../org/orgView.ts";
import { grantsSection } from "../org/sections.ts";
import { tableCsv } from "../render/csv.ts";
import { type Column, type Columns, tableOf, type Value } from "../render/table.ts";
import { type OrgApp, orgApps } from "./acrossOrgs.ts";
import { type FleetPlans, judgedOrgs } from "./fleetPlans.ts";
import { NOT_SELECTED } from "./fleetWords.ts";

/** What every row says of its org. */
type OrgPart = Pick<OrgResult, "name"> & Partial<OrgResult>;

/** A row for each org and app, and one for an org without any, so that none is missing. Pure. */
export function fleetCsv(plans: FleetPlans): string {
  const rows = [
    ...[...judgedOrgs(plans)].flatMap(({ result, plan }): AppLine[] => {
      const apps = plan === null ? [] : orgApps(result.name, plan);
      return apps.length === 0 ? [{ org: result, app: null }] : apps.map((app) => ({ org: result, app }));
    }),
    ...plans.run.notSelected.map((name) => ({ org: { name }, app: null })),
  ];
  return tableCsv(tableOf<AppLine, string>(rows, { ...orgColumns(), ...APP }), { excel: true });
}

/** A row for each grant, likewise. Pure. */
export function fleetGrantsCsv(plans: FleetPlans): string {
  const { columns } = grantsSection(NO_GRANTS).table.in("csv");
  const none = columns.map(() => null);
  const rows: GrantLine[] = [];
  for (const { result, plan } of judgedOrgs(plans)) {
    const grants = plan === null ? [] : grantsSection(orgView({ plan })).table.in("csv").rows;
    for (const cells of grants.length === 0 ? [none] : grants) rows.push({ org: result, cells });
  }
  rows.push(...plans.run.notSelected.map((name) => ({ org: { name }, cells: none })));
  const own = Object.fromEntries(
    columns.map(({ key, ...column }, i) => [key, { ...column, value: ({ cells }: GrantLine) => cells[i]! }]),
  );
  return tableCsv(tableOf<GrantLine, string>(rows, { ...orgColumns(), ...own }), { excel: true });
}

interface AppLine {
  readonly org: OrgPart;
  readonly app: OrgApp | null;
}

interface GrantLine {
  readonly org: OrgPart;
  readonly cells: readonly Value[];
}

/** Of an org that was not judged. */
const NO_GRANTS = {
  grants: [],
  links: null,
  measures: { idle: { rule: "", short: "", isSaid: true }, privilege: { isJudged: true, rule: "" } },
} as const;

const text = (value: (org: OrgPart) => Value): Column & { value: (row: { org: OrgPart }) => Value } => ({
  title: "",
  kind: "text",
  value: ({ org }) => value(org),
});

function orgColumns(): Columns<{ readonly org: OrgPart }, string> {
  return {
    org: text(({ name }) => name),
    orgId: text(({ id = null }) => id),
    orgName: text(({ orgName = null }) => orgName),
    result: text(({ status = NOT_SELECTED }) => status),
    problem: text(({ problem = null }) => problem?.text ?? null),
    wave: text(({ wave = null }) => wave),
    owner: text(({ owner = null }) => owner),
    tags: text(({ tags = [] }) => tags.join(" ")),
  };
}

const ofApp = (value: (app: OrgApp) => Value): Column & { value: (row: AppLine) => Value } => ({
  title: "",
  kind: "text",
  value: ({ app }) => (app === null ? null : value(app)),
});

const APP: Columns<AppLine, string> = {
  app: ofApp(({ name }) => name),
  appId: ofApp(({ id }) => id),
  kind: ofApp(({ kind }) => kind),
  standing: ofApp(({ standing }) => standing),
  appOwner: ofApp(({ owner }) => owner),
  reviewBy: ofApp(({ reviewBy }) => reviewBy),
  users: ofApp(({ users }) => users),
  grants: ofApp(({ grants }) => grants),
  toRevoke: ofApp(({ toRevoke }) => toRevoke),
  active: ofApp(({ active }) => active),
  idle: ofApp(({ idle }) => idle),
  unknownUse: ofApp(({ unknownUse }) => unknownUse),
  privileged: ofApp(({ privileged }) => privileged),
  firstGranted: ofApp(({ firstGranted }) => firstGranted),
  lastUsed: ofApp(({ lastUsed }) => lastUsed),
};
