import { meaningOf } from "../../decide/codes.ts";
import { appText } from "../../plan/parts.ts";
import { countGrantsOf } from "../../plan/plan.ts";
import type { FullPlan, PlanFile } from "../../plan/planSchema.ts";
import { placeText } from "../../policy/policy.ts";
import { setupLinks } from "../../setupLinks.ts";
import { amount, count, firstFew, sentence } from "../../text.ts";
import { LAST_USED } from "../periodColumns.ts";
import { type Table, tableOf } from "../render/table.ts";
import { standingNote, standingTable } from "../standingTable.ts";
import { HELD_BACK, HOLDS, REAUTHORIZE, STANDINGS } from "../words.ts";
import { changesSection } from "./changesSection.ts";
import {
  appColumns,
  appSetup,
  DECISION,
  GRANTED,
  grantAppColumns,
  type NamedSetup,
  namedSetup,
  plannedSetup,
  STANDING,
  setupOf,
  userColumns,
  userSetup,
  WIDE,
} from "./columns.ts";
import { DUE_DAYS, dueExemptions, overdueReviews } from "./due.ts";
import { notJudgedText } from "./measures.ts";
import type { OrgReport, RecordedRevocation } from "./orgReport.ts";
import { type AppRow, latest, type OrgView } from "./orgView.ts";
import type { Section } from "./section.ts";
import { trendSection } from "./trend.ts";

export type { Section } from "./section.ts";

/** The parts of a report, those that need a decision first. Pure. */
export function sectionsOf(report: OrgReport, view: OrgView): Section[] {
  const { plan } = report;
  const setup = namedSetup(view);
  return [
    changesSection(report, setup),
    ...[trendSection(report.trend ?? []) ?? []].flat(),
    undecided(view),
    revocations(plan),
    reported(view),
    exemptions(plan, setup),
    reviews(plan, view),
    privileged(view),
    standing(plan, view),
    recorded(report, view, setup),
    findings(plan, view, setup),
    apps(view),
  ];
}

const UNDECIDED_NOTE = "The policy does not list these apps. List them with their users, or deny them.";

/** Apps that the policy does not list: who has them, since when, and how much they are used. */
function undecided(view: OrgView): Section {
  const byApp = Map.groupBy(view.grants, ({ app }) => app);
  const usersOf = ({ name }: AppRow) => [...new Set(byApp.get(name)!.map(({ username }) => username))];
  return {
    id: "undecided",
    readThrough: true,
    title: "Needs a decision",
    ...(view.undecided.length > 0 && {
      note: view.undecided.some(({ kind }) => kind === "identity-provider")
        ? `${UNDECIDED_NOTE} Identity providers are listed under \`identityProviders\`.`
        : UNDECIDED_NOTE,
    }),
    nothing: "The policy lists every app that holds grants.",
    caption: "Apps that the policy does not list, most grants first",
    table: tableOf(
      view.undecided,
      {
        ...appColumns(view),
        who: { title: "Who", kind: "text", value: (app) => firstFew(usersOf(app).sort()) },
      },
      { key: "grants", descending: true },
    ),
  };
}

function revocations({ revocations, limits, org }: FullPlan): Section {
  return {
    id: "revocations",
    readThrough: true,
    title: "Would be revoked",
    nothing: "Nothing.",
    caption: `What would be revoked, by app and user${limits.refusal === null ? "" : "; refused by the limits"}`,
    table: revocationTable(revocations, org),
    count: countGrantsOf(revocations),
  };
}

/** Planned revocations. Pure. @param org the one that they are of, where they lead to its Setup */
export function revocationTable(
  revocations: readonly PlanFile["revocations"][number][],
  org: Pick<PlanFile["org"], "instanceUrl"> | null = null,
): Table {
  return tableOf(revocations, {
    ...plannedSetup(org === null ? null : setupLinks(org.instanceUrl)),
    app: {
      title: "App",
      kind: "text",
      choice: true,
      address: "appSetup",
      value: ({ app }) => appText(app),
    },
    username: {
      title: "User",
      kind: "text",
      address: "userSetup",
      value: ({ user }) => user.username ?? user.id,
    },
    grants: { title: "Grants", kind: "count", only: WIDE, value: ({ grants }) => grants.length },
    why: { title: "Why", kind: "text", value: ({ code }) => meaningOf(code) },
    policy: { title: "Policy", kind: "text", under: "why", value: ({ policy }) => placeText(policy) },
    granted: { ...GRANTED, only: WIDE, value: ({ grants }) => grants[0]!.granted },
    lastUsed: { ...LAST_USED, value: ({ grants }) => latest(grants.map(({ lastUsed }) => lastUsed)) },
    reauthorize: {
      title: "Can authorize it again",
      kind: "text",
      words: REAUTHORIZE,
      value: ({ reauthorize }) => reauthorize,
    },
  });
}

function reported({ grants, links }: OrgView): Section {
  const rows = grants.filter(({ action }) => action === "report");
  return {
    id: "reported",
    title: "Only reported",
    ...(rows.length > 0 && { note: "These grants break the policy and are left alone." }),
    nothing: "Nothing.",
    caption: "Grants that break the policy and are left alone",
    table: tableOf(rows, {
      ...grantAppColumns(links),
      ...userColumns(links),
      why: { title: "Why", kind: "text", value: ({ code }) => meaningOf(code) },
      policy: { title: "Policy", kind: "text", under: "why", value: ({ policy }) => policy },
      heldBy: {
        title: "Held back by",
        kind: "text",
        words: HOLDS,
        nothing: "the rule, which only reports",
        value: ({ held }) => held,
      },
    }),
  };
}

type Exemption = FullPlan["exemptions"][number];

function exemptions(plan: FullPlan, setup: NamedSetup): Section {
  const rows = dueExemptions(plan);
  const due = rows.filter(({ state }) => state !== "holds").length;
  return {
    id: "exemptions",
    readThrough: true,
    title: "Exemptions",
    ...(rows.length > 0 && {
      note: `${count(due)} of ${amount(rows.length, "exemption")} ${due === 1 ? "has" : "have"} expired or will within ${DUE_DAYS} days.`,
    }),
    nothing: "The policy has no exemptions.",
    caption: "Exemptions, those that end first first",
    table: tableOf(
      rows,
      {
        app: {
          title: "App",
          kind: "text",
          nothing: "every app",
          address: "appSetup",
          value: ({ app }) => app,
        },
        appSetup: setup.app(({ app }: Exemption) => app),
        user: {
          title: "User",
          kind: "text",
          nothing: "every user",
          address: "userSetup",
          value: ({ user }) => user,
        },
        userSetup: setup.user(({ user }: Exemption) => user),
        state: { title: "State", kind: "badge", choice: true, value: ({ state }) => state },
        expires: { title: "Holds until", kind: "day", value: ({ expires }) => expires },
        owner: { title: "Owner", kind: "text", value: ({ owner }) => owner },
        reason: { title: "Reason", kind: "text", value: ({ reason }) => reason },
        policy: { title: "Policy", kind: "text", only: WIDE, value: ({ policy }) => placeText(policy) },
      },
      { key: "expires", descending: false },
    ),
  };
}

/** Apps that somebody was to review by now. */
function reviews(plan: FullPlan, { links }: OrgView): Section {
  return {
    id: "reviews",
    readThrough: true,
    title: "Reviews overdue",
    nothing: "No app's review is overdue.",
    caption: "Apps whose review is overdue, the longest first",
    table: tableOf(
      overdueReviews(plan),
      {
        app: { title: "App", kind: "text", address: "appSetup", value: ({ name }) => name },
        appSetup: appSetup(links, (app: FullPlan["apps"][number]) => app),
        standing: { title: "Standing", kind: "badge", words: STANDINGS, value: ({ standing }) => standing },
        reviewBy: { title: "Review by", kind: "day", value: ({ reviewBy }) => reviewBy },
        owner: { title: "Owner", kind: "text", nothing: "nobody", value: ({ owner }) => owner },
        reason: { title: "Reason", kind: "text", value: ({ reason }) => reason },
        policy: { title: "Policy", kind: "text", value: ({ policy }) => placeText(policy) },
      },
      { key: "reviewBy", descending: false },
    ),
  };
}

function privileged({ privileged, links, measures: { privilege } }: OrgView): Section {
  return {
    id: "privileged",
    title: "High-privilege connections",
    ...(privilege.isJudged
      ? { note: sentence(`grants of ${privilege.rule}`) }
      : { note: PRIVILEGE_UNSAID, count: null }),
    nothing: privilege.isJudged
      ? "No connected user is one that the policy counts as of high privilege."
      : sentence(notJudgedText(privilege)),
    caption: "Grants of users of high privilege, newest first",
    table: tableOf(
      privileged,
      {
        ...userColumns(links),
        through: { title: "Through", kind: "text", value: ({ privilege }) => privilege },
        ...grantAppColumns(links),
        standing: { ...STANDING, only: ["page"] },
        granted: { ...GRANTED, value: ({ granted }) => granted },
        lastUsed: { ...LAST_USED, value: ({ lastUsed }) => lastUsed },
        action: DECISION,
      },
      { key: "granted", descending: true },
    ),
  };
}

const PRIVILEGE_UNSAID =
  "With `highPrivilege: { permissions: [ModifyAllData, ViewAllData, ManageUsers] }` in the policy, connections of admins are told apart and alerted on (docs/policy.md).";

/** What gets in without a grant, and where that was looked for. */
function standing({ standingAccess }: FullPlan, { links }: OrgView): Section {
  const { entries = [] } = standingAccess ?? {};
  const { note, isWhole } = standingNote(standingAccess);
  const table = standingTable(entries, true, links);
  return {
    id: "standing",
    readThrough: true,
    title: "Access without a grant",
    note,
    ...(isWhole ? {} : { alarm: true }),
    nothing: "None was found where it was looked for.",
    caption: "Ways in without a grant, those that the policy does not want first",
    table,
    ...(table.size === 0 && !isWhole ? { count: null } : {}),
  };
}

/** What the audit record tells of the period. */
function recorded({ recorded, since }: OrgReport, { links }: OrgView, setup: NamedSetup): Section {
  const end = recorded === null ? "" : `it ends with \`${recorded.head}\`.`;
  return {
    id: "recorded",
    title: since === null ? "Revoked, on record" : "Revoked in the period",
    ...(recorded === null
      ? { count: null }
      : recorded.whole
        ? { note: `The record's chain of hashes is whole; ${end}` }
        : {
            note: `The record is not whole: it was changed or cut off (\`sanctioned audit verify\` says where); ${end}`,
            alarm: true,
          }),
    nothing: recorded === null ? "There is no audit record." : "No revocation.",
    caption: "Revocations on record",
    table: tableOf(recorded?.revocations ?? [], {
      at: { title: "Time (UTC)", kind: "minute", value: ({ at }) => at },
      app: { title: "App", kind: "text", address: "appSetup", value: ({ app }) => app.name },
      appSetup: setup.app(({ app }: RecordedRevocation) => app.name),
      user: { title: "User", kind: "text", address: "userSetup", value: ({ user }) => user.username },
      userSetup: userSetup(links, ({ user }: RecordedRevocation) => user.id),
      status: { title: "Outcome", kind: "badge", choice: true, value: ({ status }) => status },
      actor: { title: "Run by", kind: "text", value: ({ actor }) => actor },
      why: { title: "Why", kind: "text", value: ({ why }) => why },
    }),
  };
}

const WORST_FIRST = ["error", "warning", "note"];

function findings({ findings }: FullPlan, { links }: OrgView, { userAddress }: NamedSetup): Section {
  const setup = ({ app, user }: Finding) =>
    userAddress(user) ?? (app === null ? null : (links?.app(app) ?? null));
  return {
    id: "findings",
    title: "Findings",
    nothing: "None.",
    caption: "Findings about the policy and the org, worst first",
    table: findingTable(findings, setup),
  };
}

type Finding = PlanFile["findings"][number];

/** What people should know beside the decisions on grants, worst first. Pure. @param setup where one leads to in Setup */
export function findingTable(
  findings: readonly Finding[],
  setup: (finding: Finding) => string | null = () => null,
): Table {
  const rows = findings.toSorted((a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity));
  return tableOf(rows, {
    what: { title: "What", kind: "text", choice: true, only: ["page"], value: ({ code }) => meaningOf(code) },
    severity: { title: "Severity", kind: "badge", choice: true, value: ({ severity }) => severity },
    code: { title: "Code", kind: "text", under: "what", value: ({ code }) => code },
    text: { title: "Details", kind: "text", address: "setup", value: ({ text }) => text },
    setup: setupOf(setup),
    policy: { title: "Policy", kind: "text", value: ({ policy }) => placeText(policy) },
  });
}

function apps(view: OrgView): Section {
  const { apps, measures } = view;
  return {
    id: "apps",
    title: "Apps",
    note: `Idle: ${measures.idle.rule}. High privilege: ${measures.privilege.isJudged ? measures.privilege.rule : notJudgedText(measures.privilege)}.`,
    nothing: "No app holds grants.",
    caption: "Every app that holds grants, most grants first",
    table: tableOf(
      apps,
      {
        ...appColumns(view),
        toRevoke: { title: "To be revoked", kind: "count", only: WIDE, value: ({ toRevoke }) => toRevoke },
        standing: { ...STANDING, under: "app" },
        reason: { title: "Reason", kind: "text", only: WIDE, value: ({ reason }) => reason },
        owner: { title: "Owner", kind: "text", under: "reason", only: WIDE, value: ({ owner }) => owner },
        reviewBy: { title: "Review by", kind: "day", only: WIDE, value: ({ reviewBy }) => reviewBy },
      },
      { key: "grants", descending: true },
    ),
  };
}

/** Every grant, for formats that have room for all. Pure. */
export function grantsSection({
  grants,
  links,
  measures,
}: Pick<OrgView, "grants" | "links" | "measures">): Section {
  const { privilege: judged } = measures;
  const notJudged = judged.isJudged ? null : notJudgedText(judged);
  return {
    id: "grants",
    annex: true,
    title: "All grants that were counted",
    note: `“Last used” is when a token was last issued for the grant, and “Tokens” how many were: not API calls. Idle: ${measures.idle.rule}.${notJudged === null ? "" : ` High privilege: ${notJudged}.`}`,
    nothing: "None.",
    caption: "Every grant that was counted, and what the policy makes of it",
    table: tableOf(grants, {
      ...userColumns(links),
      name: { title: "Name", kind: "text", only: ["csv"], value: ({ name }) => name },
      active: { title: "Active", kind: "text", only: ["csv"], value: ({ isActive }) => isActive },
      frozen: { title: "Frozen", kind: "text", only: ["csv"], value: ({ isFrozen }) => isFrozen },
      profile: { title: "Profile", kind: "text", only: ["csv"], value: ({ profile }) => profile },
      ...grantAppColumns(links),
      appId: { title: "Id", kind: "text", only: ["csv"], value: ({ appId }) => appId },
      standing: { ...STANDING, under: "app" },
      granted: { ...GRANTED, value: ({ granted }) => granted },
      lastUsed: { ...LAST_USED, value: ({ lastUsed }) => lastUsed },
      use: { title: "Use", kind: "badge", under: "lastUsed", choice: true, value: ({ use }) => use },
      idleAfterDays: {
        title: "Idle after days",
        kind: "count",
        only: ["csv"],
        value: ({ idleAfterDays }) => idleAfterDays,
      },
      idleBy: {
        title: "Idle by",
        kind: "text",
        only: ["csv"],
        value: ({ isIdleSaid }) => (isIdleSaid ? "policy" : "not in the policy"),
      },
      useCount: { title: "Tokens", kind: "count", value: ({ useCount }) => useCount },
      privileged: {
        title: "Privilege",
        kind: "badge",
        choice: true,
        only: ["page"],
        value: ({ privilege }) => (privilege === null ? (notJudged === null ? null : "not judged") : "high"),
      },
      through: {
        title: "Through",
        kind: "text",
        under: "privileged",
        value: ({ privilege }) => privilege,
        only: ["page"],
      },
      highPrivilege: {
        title: "High privilege",
        kind: "text",
        only: ["csv"],
        value: ({ privilege }) => privilege ?? notJudged,
      },
      action: DECISION,
      code: { title: "Code", kind: "text", only: ["csv"], value: ({ code }) => code },
      why: { title: "Why", kind: "text", value: ({ code }) => meaningOf(code) },
      heldBy: { title: "Held back", kind: "text", under: "why", words: HELD_BACK, value: ({ held }) => held },
      policy: { title: "Policy", kind: "text", under: "why", value: ({ policy }) => policy },
    }),
  };
}
