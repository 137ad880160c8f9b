import { meaningOf } from "../../decide/codes.ts";
import { placeText } from "../../policy/policy.ts";
import { compareText } from "../../text.ts";
import type { Connection, OrgReport } from "./orgReport.ts";
import type { AppRow, OrgView } from "./orgView.ts";

/** A part of a report as a table of texts. Names in it are untrusted text. */
export interface Section {
  readonly title: string;
  /** Said in place of a table that has no rows. */
  readonly nothing: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** How many users of an app are named where there is no room for all. */
const NAMED = 3;

/** The parts of a report that people read, those that need a decision first. Pure. */
export function sectionsOf(report: OrgReport, view: OrgView): Section[] {
  const { plan } = report;
  return [
    ...changed(report),
    {
      title: "Needs a decision: apps that the policy does not list",
      nothing: "Every app that holds grants is in the policy.",
      columns: ["App", "Users", "Grants", "First granted", "Last used", "Who"],
      rows: view.undecided.map((app) => [...appCells(app), usersOf(app, view)]),
    },
    {
      title: "Would be revoked",
      nothing: "Nothing.",
      columns: ["App", "User", "Why", "Can authorize it again"],
      rows: plan.revocations.map(({ app, user, reason, reauthorize }) => [
        app.name,
        user.username ?? user.id,
        reason,
        REAUTHORIZE[reauthorize],
      ]),
    },
    {
      title: "Only reported: breaks the policy and is left alone",
      nothing: "Nothing.",
      columns: ["App", "User", "Why", "Left alone for"],
      rows: view.grants
        .filter(({ action }) => action === "report")
        .map(({ app, username, code, policy, held }) => [
          app,
          username,
          `${meaningOf(code)} (${policy})`,
          held ?? "the rule only reports",
        ]),
    },
    {
      title: "Exemptions",
      nothing: "None.",
      columns: ["Until", "App", "User", "Owner", "Reason", "State"],
      rows: [...plan.exemptions]
        .sort((a, b) => compareText(a.expires, b.expires))
        .map((exemption) => [
          exemption.expires,
          exemption.app ?? "any",
          exemption.user ?? "any",
          exemption.owner,
          exemption.reason,
          stateOf(exemption.policy, plan.findings),
        ]),
    },
    {
      title: "Reviews that are overdue",
      nothing: "None.",
      columns: ["App", "Since", "Owner"],
      rows: plan.findings
        .filter(({ code }) => code === "review-overdue")
        .map(({ app, params }) => [
          app?.name ?? "",
          params.since ?? "",
          plan.apps.find(({ id, name }) => id === app?.id && name === app?.name)?.owner ?? "nobody",
        ]),
    },
    {
      title: "Connections of users of high privilege",
      nothing: "None that the policy counts as such.",
      columns: ["User", "Through", "App", "Granted", "Last used"],
      rows: view.privileged.map(({ username, privilege, app, granted, lastUsed }) => [
        username,
        privilege!,
        app,
        day(granted),
        day(lastUsed),
      ]),
    },
    ...revoked(report),
    {
      title: "Other findings",
      nothing: "None.",
      columns: ["Severity", "Code", "What", "Where"],
      rows: plan.findings
        .filter(({ code }) => !SHOWN_ABOVE.has(code))
        .map(({ severity, code, text, policy }) => [severity, code, text, placeText(policy)]),
    },
    {
      title: "Apps",
      nothing: "No app holds grants.",
      columns: ["App", "Users", "Grants", "First granted", "Last used", "Policy", "Idle", "High privilege"],
      rows: view.apps.map((app) => [
        ...appCells(app),
        app.standing,
        String(app.idle),
        String(app.privileged),
      ]),
    },
  ];
}

const REAUTHORIZE: Record<OrgReport["plan"]["revocations"][number]["reauthorize"], string> = {
  yes: "yes",
  unknown: "unknown",
  "if-preauthorized": "approved users only",
  "if-approved": "with Approve Uninstalled Connected Apps",
};

const SHOWN_ABOVE = new Set([
  "high-privilege-grant",
  "review-overdue",
  "exemption-expired",
  "exemption-expiring",
  "exemption-unused",
]);

function changed({ since, changes }: OrgReport): Section[] {
  if (since === null || changes === null) return [];
  const pairs = (what: string, some: readonly Connection[] | null) =>
    some === null
      ? [[what, "unknown", "only an earlier report can tell"]]
      : some.length === 0
        ? []
        : [[what, String(some.length), listed(some.map(({ app, user }) => `${app}, ${user}`))]];
  const named = (what: string, some: readonly string[]) =>
    some.length === 0 ? [] : [[what, String(some.length), listed(some)]];
  return [
    {
      title: `What changed since ${since.slice(0, 10)}`,
      nothing: "Nothing.",
      columns: ["What", "Count", "Which"],
      rows: [
        ...named("new apps", changes.newApps),
        ...named("new connected users", changes.newUsers),
        ...pairs("new connections", changes.newGrants),
        ...pairs("gone connections", changes.goneGrants),
        ...pairs("newly idle", changes.newlyIdle),
        ...pairs("newly exempt", changes.newlyExempt),
      ],
    },
  ];
}

function revoked({ recorded, since }: OrgReport): Section[] {
  if (recorded === null) return [];
  return [
    {
      title: `Revoked${since === null ? "" : ` since ${since.slice(0, 10)}`}, by the audit record${recorded.whole ? "" : " (NOT whole: `sanctioned audit verify` says where)"}`,
      nothing: "Nothing is on record.",
      columns: ["When", "App", "User", "Outcome", "Why", "Run as"],
      rows: recorded.revocations.map(({ at, app, user, status, why, actor }) => [
        at,
        app.name,
        user.username,
        status,
        why,
        actor,
      ]),
    },
  ];
}

function stateOf(policy: { file: string; line: number }, findings: OrgReport["plan"]["findings"]): string {
  const found = findings.filter(
    ({ code, policy: place }) =>
      code.startsWith("exemption-") && place.file === policy.file && place.line === policy.line,
  );
  return found.length === 0 ? "holds" : found.map(({ code }) => meaningOf(code)).join("; ");
}

function appCells({ name, users, grants, firstGranted, lastUsed }: AppRow): string[] {
  return [name, String(users), String(grants), day(firstGranted), day(lastUsed)];
}

function usersOf(app: AppRow, { grants }: OrgView): string {
  const users = new Set(
    grants.filter((row) => row.app === app.name && row.appId === app.id).map(({ username }) => username),
  );
  return listed([...users].sort());
}

/** The first few, and how many more there are. */
function listed(some: readonly string[]): string {
  const more = some.length - NAMED;
  return more <= 0 ? some.join("; ") : `${some.slice(0, NAMED).join("; ")} and ${more} more`;
}

/** The day of an instant; the org gives none for some grants. */
function day(instant: string | null): string {
  return instant?.slice(0, 10) ?? "unknown";
}
