import { appText } from "../../plan/parts.ts";
import { amount, count, firstFew } from "../../text.ts";
import { dayOf, minuteText } from "../../time.ts";
import { type Group, groupsOf, reasonText, spanText } from "../groups.ts";
import { appSetup, grantAppColumns, userSetup } from "../org/columns.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { type AppRow, type GrantRow, type OrgView, orgView } from "../org/orgView.ts";
import { grantsSection, type Section, sectionsOf } from "../org/sections.ts";
import { newlyPrivileged, periodText } from "../org/tasks.ts";
import { FIRST_GRANTED } from "../periodColumns.ts";
import { tableOf } from "../render/table.ts";
import { limitsText, plannedLinksText, proofText, REDACTED_NOTE } from "../words.ts";
import { html, type Markup } from "./markup.ts";
import { pageHtml } from "./shell.ts";
import { staticSection } from "./staticTable.ts";
import { verdictHtml } from "./verdict.ts";

/** Rows of one table of the edition, so that a bad month still is one that people read. */
const MOST_ROWS = 20;
/** What people sign for, of which nothing may stand elsewhere. */
const SIGNED_FOR: ReadonlySet<string> = new Set(["revocations", "undecided", "privileged", "exemptions"]);
const ELSEWHERE = "the full report has them (`sanctioned report --format html`)";

/** What of an edition is asked for. */
export interface AuditEdition {
  /** Every grant, behind the signatures. */
  readonly annex: boolean;
}

/**
 * A report as somebody signs it, for paper: what is decided, what changed, what is excepted, what it rests on, and who signs. A few pages,
 * with their numbers and what they are of; every grant as an annex where it is asked for. Pure.
 */
export function auditHtml(report: OrgReport, { annex }: AuditEdition): string {
  const { plan, redacted } = report;
  const view = orgView(report);
  const title = `Access review: connected users of ${plan.org.name}`;
  const day = dayOf(Date.parse(plan.asOf));
  return pageHtml({
    title,
    day,
    subtitle: html`${plan.org.id}${plan.org.isSandbox ? " · sandbox" : null} · held against <code>${plan.policy.file}</code> at <time datetime="${plan.asOf}">${minuteText(plan.asOf)}</time> · ${report.since === null ? "no earlier report" : `period from ${dayOf(Date.parse(report.since))}`}${redacted ? ` · ${REDACTED_NOTE}` : null}`,
    main: html`${verdictHtml(report, view)}${partsOf(report, view).map((section) => staticSection(section, SIGNED_FOR.has(section.id) ? section.table.size : MOST_ROWS, ELSEWHERE))}${restsOn(report)}${signatures()}${annex ? annexHtml(view) : null}`,
    onPaper: html``,
    footer: html`Made by <code>sanctioned report --edition audit</code>, which changes nothing.`,
    data: null,
    style: paperStyle(title, `${day} · plan ${plan.digest.slice(0, 12)}`),
  });
}

/** What is decided, what changed, and what is excepted. */
function partsOf(report: OrgReport, view: OrgView): Section[] {
  const all = new Map(sectionsOf(report, view).map((section) => [section.id, section]));
  const some = (...ids: string[]) => ids.flatMap((id) => all.get(id) ?? []);
  const filled = (...ids: string[]) =>
    some(...ids).filter(({ table, alarm }) => table.size > 0 || alarm === true);
  return [
    toRevoke(report, view),
    toDecide(view),
    ...some("changes"),
    connectedByAdmins(report, view),
    ...filled("recorded"),
    ...some("exemptions"),
    ...filled("reviews", "standing", "findings"),
    sanctionedApps(view),
    ...some("trend"),
  ];
}

const BOX = "☐";

/** What goes, by app and reason, with room for the decision. */
function toRevoke({ plan }: OrgReport, { links }: OrgView): Section {
  return {
    id: "revocations",
    title: "Decision 1: what is to be revoked",
    nothing: "Nothing.",
    caption: "What is to be revoked, by app and reason",
    table: tableOf(groupsOf(plan.revocations), {
      app: { title: "App", kind: "text", address: "setup", value: ({ app }) => appText(app) },
      setup: appSetup(links, ({ app }: Group) => app),
      users: { title: "Users", kind: "count", value: ({ users }) => users },
      grants: { title: "Grants", kind: "count", value: ({ grants }) => grants },
      why: { title: "Why", kind: "text", value: reasonText },
      lastUsed: {
        title: "Last used",
        kind: "text",
        value: ({ lastUsed }) => spanText(lastUsed, "month", "unknown"),
      },
      who: { title: "Who", kind: "text", value: ({ names }) => firstFew(names) },
      decision: { title: "Decided", kind: "text", value: () => `${BOX} revoke ${BOX} exempt until` },
    }),
  };
}

/** Apps on no list, with room for the decision. */
function toDecide({ undecided, grants, links }: OrgView): Section {
  const byApp = Map.groupBy(grants, ({ app }) => app);
  const usersOf = (name: string) => [...new Set(byApp.get(name)!.map(({ username }) => username))].sort();
  return {
    id: "undecided",
    title: "Decision 2: apps that the policy does not list",
    nothing: "The policy lists every app that holds grants.",
    caption: "Apps that the policy does not list",
    table: tableOf(undecided, {
      app: { title: "App", kind: "text", address: "setup", value: ({ name }) => name },
      setup: appSetup(links, (app: AppRow) => app),
      users: { title: "Users", kind: "count", value: ({ users }) => users },
      first: { ...FIRST_GRANTED, value: ({ firstGranted }) => firstGranted },
      last: { title: "Last used", kind: "day", nothing: "unknown", value: ({ lastUsed }) => lastUsed },
      who: { title: "Who", kind: "text", value: ({ name }) => firstFew(usersOf(name)) },
      decision: {
        title: "Decided",
        kind: "text",
        value: () => `${BOX} sanction ${BOX} deny ${BOX} later, by`,
      },
    }),
  };
}

function connectedByAdmins(report: OrgReport, view: OrgView): Section {
  const { privilege } = view.measures;
  return {
    id: "privileged",
    title: `Connected by users of high privilege ${periodText(report)}`,
    nothing: privilege.isJudged ? "Nothing." : `Not judged: ${privilege.why}.`,
    ...(privilege.isJudged
      ? { note: `${amount(view.privileged.length, "grant")} in all: ${privilege.rule}.` }
      : {}),
    caption: "Grants of users of high privilege that are new",
    table: tableOf(newlyPrivileged(report, view), {
      user: { title: "User", kind: "text", address: "userSetup", value: ({ username }) => username },
      userSetup: userSetup(view.links, ({ userId }: GrantRow) => userId),
      through: { title: "Through", kind: "text", value: ({ privilege: by }) => by },
      ...grantAppColumns(view.links),
      granted: { title: "Granted", kind: "day", nothing: "unknown", value: ({ granted }) => granted },
      action: { title: "Decided", kind: "text", value: () => `${BOX} wanted ${BOX} revoke` },
    }),
  };
}

/** What stays, and why. */
function sanctionedApps({ apps, links }: OrgView): Section {
  return {
    id: "apps",
    title: "Sanctioned apps",
    nothing: "None holds grants.",
    caption: "Apps that the policy sanctions or protects, most grants first",
    table: tableOf(
      apps.filter(({ standing }) => standing === "sanctioned" || standing === "protected"),
      {
        app: { title: "App", kind: "text", address: "setup", value: ({ name }) => name },
        setup: appSetup(links, (app: AppRow) => app),
        users: { title: "Users", kind: "count", value: ({ users }) => users },
        idle: { title: "Idle", kind: "count", value: ({ idle }) => idle },
        reason: { title: "Reason", kind: "text", nothing: "none is given", value: ({ reason }) => reason },
        owner: { title: "Owner", kind: "text", nothing: "nobody", value: ({ owner }) => owner },
        reviewBy: { title: "Review by", kind: "day", nothing: "no day", value: ({ reviewBy }) => reviewBy },
      },
    ),
  };
}

/** What somebody else can come to the same by, and hold the record to next month. */
function restsOn({ plan, recorded }: OrgReport): Markup {
  const { org, policy, inventory, limits } = plan;
  const facts: [name: string, value: string | Markup][] = [
    ["Org", `${org.name} (${org.id}), ${org.instanceUrl}`],
    ["Completeness", `${proofText(inventory.proof)}${plannedLinksText(inventory)}`],
    ["Limits", limitsText(limits)],
    ["Policy's digest", html`<code>${policy.digest}</code>`],
    ["Plan's digest", html`<code>${plan.digest}</code>`],
    [
      "Audit record",
      recorded === null
        ? "there is none"
        : html`${recorded.whole ? "whole" : html`<strong>not whole: it was changed or cut off</strong>`}, ${amount(recorded.revocations.length, "revocation")} in the period; it ends with <code>${recorded.head}</code>`,
    ],
  ];
  return html`<section id="provenance" aria-labelledby="provenance-title">
<h2 id="provenance-title">What this rests on</h2>
<dl>${facts.map(([name, value]) => html`\n<dt>${name}</dt><dd>${value}</dd>`)}
</dl>
</section>
`;
}

const SIGNERS = ["Prepared by", "Reviewed by", "Approved by"];

function signatures(): Markup {
  const lines = ["Name", "Role", "Date", "Signature"];
  return html`<section id="signatures" aria-labelledby="signatures-title">
<h2 id="signatures-title">Signed</h2>
<p>By signing I confirm that I have read this review, and that the decisions above are what was decided.</p>
<div class="signatures">${SIGNERS.map(
    (who) =>
      html`\n<div><h3>${who}</h3>${lines.map((line) => html`<p class="${line === "Signature" ? "signature" : "line"}">${line}</p>`)}</div>`,
  )}
</div>
</section>
`;
}

function annexHtml(view: OrgView): Markup {
  const all = grantsSection(view);
  const section = { ...all, title: `Annex: all ${count(view.grants.length)} grants that were counted` };
  return html`<div class="annex">${staticSection(section, view.grants.length, "")}</div>`;
}

/** What stands in the margins of every page (drawn by Chromium from 131 on), on upright paper. */
function paperStyle(header: string, footer: string): string {
  return `@page {
  size: A4 portrait;
  margin: 18mm 13mm 15mm;
  @top-left { content: ${cssString(header)}; font-size: 8pt; }
  @bottom-left { content: ${cssString(footer)}; font-size: 8pt; }
  @bottom-right { content: counter(page) " of " counter(pages); font-size: 8pt; }
}`;
}

/** Untrusted text as a string of CSS: whatever is not a plain letter, digit or space is written by its number. */
function cssString(text: string): string {
  const safe = [...text].map((character) =>
    /[A-Za-z0-9 ]/.test(character) ? character : `\\${character.codePointAt(0)!.toString(16)} `,
  );
  return `"${safe.join("")}"`;
}
