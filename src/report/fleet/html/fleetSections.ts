import type { OrgTrend } from "../../../fleet/history/trends.ts";
import type { FleetRun, OrgResult } from "../../../fleet/runSchema.ts";
import { amount, firstFew } from "../../../text.ts";
import type { Section } from "../../org/sections.ts";
import { FIRST_GRANTED, LAST_USED } from "../../periodColumns.ts";
import { tableOf } from "../../render/table.ts";
import { STANDINGS } from "../../words.ts";
import { type AppGroup, appGroups, type OrgApp } from "../acrossOrgs.ts";
import { isNotJudged, isOverLimits, STATUS_WORDS, standingIn } from "../fleetWords.ts";
import { usersAcross } from "../usersAcross.ts";
import type { FleetPage } from "./fleetPage.ts";
import { dayByDay, monthByMonth } from "./trendSections.ts";

/** So many days of runs are in the small picture of an org's trend. */
const DAYS_IN_TREND = 30;
/** More users than these are looked up in the CSV of all grants. */
const MOST_USERS = 2_000;

/** The parts of the page, what needs somebody first. Pure. */
export function fleetSections(page: FleetPage): Section[] {
  const { run } = page;
  const over = run.orgs.filter(isOverLimits);
  return [
    notJudged(run),
    ...(over.length === 0 ? [] : [overLimits(over)]),
    orgs(page),
    apps(page),
    connections(page),
    people(page),
    monthByMonth(page.history),
    dayByDay(page.history),
  ];
}

/** Why an org has no result, or a result that changes nothing. */
const REASON = {
  org: { title: "Org", kind: "text", value: ({ name }: OrgResult) => name },
  status: {
    title: "Result",
    kind: "badge",
    words: STATUS_WORDS,
    value: ({ status }: OrgResult) => status,
  },
  why: { title: "Why", kind: "text", value: ({ problem }: OrgResult) => problem?.text ?? null },
  code: {
    title: "Code",
    kind: "text",
    under: "why",
    value: ({ problem }: OrgResult) => problem?.code ?? null,
  },
  owner: { title: "Owner", kind: "text", nothing: "nobody", value: ({ owner }: OrgResult) => owner },
} as const;

function notJudged({ orgs }: FleetRun): Section {
  const rows = orgs.filter(isNotJudged);
  return {
    id: "unjudged",
    readThrough: true,
    title: "Cannot be judged",
    ...(rows.length > 0 && {
      note: "Nothing is known of these orgs: they are not clean, and in none of the numbers below.",
      alarm: true,
    }),
    nothing: "Every org that was selected was judged.",
    caption: "Orgs that could not be judged",
    table: tableOf(rows, REASON),
  };
}

function overLimits(rows: readonly OrgResult[]): Section {
  return {
    id: "refused",
    readThrough: true,
    title: "Over their own limits",
    note: "More would be revoked in these orgs than their policies allow: nothing is.",
    nothing: "None.",
    caption: "Orgs that are over the limits of their policies",
    table: tableOf(rows, REASON),
  };
}

const number = (title: string, key: keyof NonNullable<OrgResult["numbers"]>) =>
  ({
    title,
    kind: "count",
    nothing: "?",
    value: ({ numbers }: OrgResult) => numbers?.[key] ?? null,
  }) as const;

function orgs({ run, history, pageOf }: FleetPage): Section {
  const trends = new Map(history?.trends.orgs.map((trend) => [trend.id, trend]));
  const worstFirst = run.orgs.toSorted((a, b) => badness(b) - badness(a));
  const isFirst = run.orgs.some(isNotJudged) ? "; those that could not be judged first" : "";
  return {
    id: "orgs",
    readThrough: true,
    title: "Orgs",
    ...(history !== null && {
      note: `The trend is of the grants, by the last ${DAYS_IN_TREND} days with a run; a gap is a day on which the org was not judged.`,
    }),
    nothing: "No org was selected.",
    caption: `Every org that was selected${isFirst}`,
    table: tableOf(worstFirst, {
      org: { title: "Org", kind: "text", address: "page", value: ({ name }) => name },
      called: { title: "Called", kind: "text", under: "org", value: ({ orgName }) => orgName },
      tags: { title: "Tags", kind: "text", under: "org", value: ({ tags }) => tags.join(", ") },
      owner: {
        title: "Owner",
        kind: "text",
        choice: true,
        nothing: "no owner",
        under: "org",
        value: ({ owner }) => owner,
      },
      page: { title: "Page", kind: "address", value: pageOf },
      status: {
        title: "Result",
        kind: "badge",
        words: STATUS_WORDS,
        choice: true,
        value: ({ status }) => status,
      },
      code: { title: "Code", kind: "text", under: "status", value: ({ problem }) => problem?.code ?? null },
      wave: { title: "Wave", kind: "text", choice: true, value: ({ wave }) => String(wave) },
      revocations: number("To be revoked", "revocations"),
      reported: number("Only reported", "reported"),
      errors: number("Errors", "errors"),
      unlistedApps: number("Apps not listed", "unlistedApps"),
      idle: number("Idle", "idle"),
      standing: { ...number("Without a grant", "standing"), value: standingIn },
      grants: number("Grants", "grants"),
      trend: {
        title: "Trend",
        kind: "trend",
        only: history === null ? [] : ["page"],
        value: ({ id }) => trendOf(trends.get(id)),
      },
    }),
  };
}

/** What cannot be judged is worse than anything that is known. */
const FROM_BEST: readonly OrgResult["status"][] = ["clean", "reports", "revokes", "refused"];

function badness(org: OrgResult): number {
  return isNotJudged(org) ? FROM_BEST.length : FROM_BEST.indexOf(org.status);
}

function trendOf(trend: OrgTrend | undefined): string | null {
  if (trend === undefined) return null;
  const text = trend.days
    .slice(-DAYS_IN_TREND)
    .map(({ seen }) => seen?.grants ?? "")
    .join(",");
  return /\d/.test(text) ? text : null;
}

function apps({ apps }: FleetPage): Section {
  return {
    id: "apps",
    title: "Apps across orgs",
    note: "An app has an id of its own in each org, so that apps are put together by name, and a name is no identity: what has the name of another app stands under it too. Users of several orgs are counted in each.",
    nothing: "No app holds grants in an org that was judged.",
    caption: "Every app that holds grants, those of most orgs first",
    table: tableOf(appGroups(apps), {
      app: { title: "App", kind: "text", leadsTo: "connections", value: ({ across }) => across.name },
      ids: { title: "Ids", kind: "text", under: "app", value: idsOf },
      orgs: { title: "Orgs", kind: "count", value: ({ across }) => across.orgs.length },
      users: { title: "Users", kind: "count", value: ({ across }) => across.users },
      grants: { title: "Grants", kind: "count", value: ({ across }) => across.grants },
      firstGranted: { ...FIRST_GRANTED, value: ({ across }) => across.firstGranted },
      lastUsed: { ...LAST_USED, value: ({ across }) => across.lastUsed },
      idle: { title: "Idle", kind: "count", value: ({ across }) => across.idle },
      toRevoke: { title: "To be revoked", kind: "count", value: ({ across }) => across.toRevoke },
      standing: { title: "Standing", kind: "text", value: standingsOf },
    }),
  };
}

function idsOf({ apps }: AppGroup): string {
  const ids = [...new Set(apps.flatMap(({ id }) => id ?? []))];
  const without = apps.length - apps.filter(({ id }) => id !== null).length;
  return [
    ...(ids.length === 0 ? [] : [firstFew(ids)]),
    ...(without === 0 ? [] : [`${without} without an id`]),
  ].join("; ");
}

/** As in "sanctioned in 3, not listed in 2". */
function standingsOf({ apps }: AppGroup): string {
  const words = Object.entries(STANDINGS).flatMap(([standing, word]) => {
    const orgs = new Set(apps.filter((app) => app.standing === standing).map(({ org }) => org)).size;
    return orgs === 0 ? [] : `${word} in ${orgs}`;
  });
  return words.join(", ");
}

/** Of every app one row an org: where it is, by name and by id. */
function connections({ run, apps, pageOf }: FleetPage): Section {
  const pages = new Map(run.orgs.map((org) => [org.name, pageOf(org)]));
  const rows = appGroups(apps).flatMap((group) =>
    group.apps.map((app) => ({ ...app, known: group.across.name })),
  );
  return {
    id: "connections",
    title: "Where each app is connected",
    nothing: "Nowhere.",
    caption: "Every app in every org that it holds grants in",
    table: tableOf(rows, {
      app: { title: "App", kind: "text", value: ({ bareName }: OrgApp) => bareName },
      known: {
        title: "Put together as",
        kind: "text",
        under: "app",
        value: ({ known, bareName }) => (known === bareName ? null : `as ${known}`),
      },
      id: { title: "Id", kind: "text", under: "app", nothing: "no id", value: ({ id }) => id },
      org: { title: "Org", kind: "text", address: "page", choice: true, value: ({ org }) => org },
      page: { title: "Page", kind: "address", value: ({ org }) => pages.get(org) ?? null },
      standing: {
        title: "Standing",
        kind: "badge",
        words: STANDINGS,
        choice: true,
        value: ({ standing }) => standing,
      },
      users: { title: "Users", kind: "count", value: ({ users }) => users },
      grants: { title: "Grants", kind: "count", value: ({ grants }) => grants },
      firstGranted: { ...FIRST_GRANTED, value: ({ firstGranted }) => firstGranted },
      lastUsed: { ...LAST_USED, value: ({ lastUsed }) => lastUsed },
      idle: { title: "Idle", kind: "count", value: ({ idle }) => idle },
      privileged: {
        title: "High privilege",
        kind: "count",
        nothing: "not judged",
        value: ({ privileged }) => privileged,
      },
      toRevoke: { title: "To be revoked", kind: "count", value: ({ toRevoke }) => toRevoke },
    }),
  };
}

function people({ users }: FleetPage): Section {
  const all = usersAcross(users);
  const rows = all.slice(0, MOST_USERS);
  const left = all.length - rows.length;
  const cut =
    left === 0
      ? ""
      : ` ${amount(left, "user")} more ${left === 1 ? "is" : "are"} not shown: \`sanctioned fleet report --format csv --all\` has every grant.`;
  return {
    id: "people",
    title: "Users in more than one org",
    note: `A username can be in production and in a sandbox, which adds its own name to those that it copies: such names stand in one row, and nothing proves that they are one person.${cut}`,
    count: all.length,
    nothing: "No username holds grants in more than one org.",
    caption: "Users who hold grants in more than one org, those of high privilege first",
    table: tableOf(rows, {
      user: { title: "User", kind: "text", value: ({ usernames }) => usernames[0]! },
      others: {
        title: "Also",
        kind: "text",
        under: "user",
        value: ({ usernames }) => firstFew(usernames.slice(1)),
      },
      privilege: {
        title: "Privilege",
        kind: "badge",
        choice: true,
        value: ({ privilegedIn, isJudged }) =>
          privilegedIn.length > 0 ? "high" : isJudged ? null : "not judged",
      },
      privilegedIn: {
        title: "In",
        kind: "text",
        under: "privilege",
        value: ({ privilegedIn }) => (privilegedIn.length === 0 ? null : `in ${firstFew(privilegedIn)}`),
      },
      orgs: { title: "Orgs", kind: "count", value: ({ orgs }) => orgs.length },
      where: { title: "Where", kind: "text", value: ({ orgs }) => orgs.join(", ") },
      apps: { title: "Apps", kind: "count", value: ({ apps }) => apps },
      grants: { title: "Grants", kind: "count", value: ({ grants }) => grants },
      toRevoke: { title: "To be revoked", kind: "count", value: ({ toRevoke }) => toRevoke },
      lastUsed: { ...LAST_USED, value: ({ lastUsed }) => lastUsed },
    }),
  };
}
