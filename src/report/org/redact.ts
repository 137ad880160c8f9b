import { compareText } from "../../text.ts";
import type { Connection, OrgReport } from "./orgReport.ts";

/**
 * A report for a public place: usernames, names and ids of users, and every e-mail address and username in
 * a free text, are replaced, each by the same words wherever it stands. Names of people in free text
 * cannot be told from other words and stay. Pure.
 */
export function redactUsers(report: OrgReport): OrgReport {
  const { recorded, changes } = report;
  // What the policy allows names users wherever it likes, and no report shows it.
  const { allows: _, ...plan } = report.plan;
  const { nameOf, text } = pseudonyms(report);
  const user = <T extends { readonly id: string; readonly username: string | null }>(real: T): T => ({
    ...real,
    id: nameOf(real.id),
    username: nameOf(real.id),
  });
  /** A username can have characters that no word has. */
  const withoutUser = (value: string, username: string | null) =>
    username === null ? value : value.replaceAll(username, nameOf(username));
  const texts = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, text(value)]));
  const connections = (some: readonly Connection[]) =>
    some.map((connection) => ({ ...connection, user: nameOf(connection.user) }));
  return {
    ...report,
    redacted: true,
    plan: {
      ...plan,
      users: plan.users.map((real) => ({ ...user(real), name: null })),
      rows: plan.rows.map((row) => ({ ...row, user: user(row.user) })),
      revocations: plan.revocations.map((planned) => ({ ...planned, user: user(planned.user) })),
      apps: plan.apps.map((app) => ({
        ...app,
        owner: app.owner === null ? null : text(app.owner),
        reason: app.reason === null ? null : text(app.reason),
      })),
      exemptions: plan.exemptions.map((exemption) => ({
        ...exemption,
        user: exemption.user === null ? null : nameOf(exemption.user),
        owner: text(exemption.owner),
        reason: text(exemption.reason),
      })),
      ...(plan.standingAccess && {
        standingAccess: {
          ...plan.standingAccess,
          entries: plan.standingAccess.entries.map((entry) => ({
            ...entry,
            user: entry.user === null ? null : user(entry.user),
          })),
        },
      }),
      findings: plan.findings.map((finding) => ({
        ...finding,
        user: finding.user === null ? null : nameOf(finding.user),
        text: text(withoutUser(finding.text, finding.user)),
        params: texts(finding.params),
      })),
    },
    changes: changes && {
      ...changes,
      newUsers: changes.newUsers.map(nameOf),
      newGrants: connections(changes.newGrants),
      goneGrants: changes.goneGrants && connections(changes.goneGrants),
      newlyIdle: connections(changes.newlyIdle),
      newlyExempt: changes.newlyExempt && connections(changes.newlyExempt),
    },
    recorded: recorded && {
      ...recorded,
      revocations: recorded.revocations.map((one) => ({
        ...one,
        user: user(one.user),
        actor: nameOf(one.actor),
        why: text(one.why),
      })),
    },
  };
}

/** Words that may be a username, an id or an e-mail address. */
const WORD = /[\p{L}\p{N}._%+'@-]+/gu;

/** What stands for each user: found by id and by username. */
function pseudonyms({ plan, recorded }: OrgReport) {
  const names = new Map<string, string>();
  const users = [
    ...plan.users,
    ...plan.revocations.map(({ user }) => user),
    ...(plan.standingAccess?.entries ?? []).flatMap(({ user }) => user ?? []),
    ...(recorded?.revocations ?? []).map(({ user }) => user),
  ].sort((a, b) => compareText(a.id, b.id));
  let count = 0;
  for (const { id, username } of users) {
    const name = names.get(id) ?? `user ${++count}`;
    for (const key of [id, id.slice(0, 15), username?.toLowerCase()])
      if (key !== undefined) names.set(key, name);
  }
  let others = 0;
  const nameOf = (idOrUsername: string): string => {
    const key = names.has(idOrUsername) ? idOrUsername : idOrUsername.toLowerCase();
    const known = names.get(key);
    if (known !== undefined) return known;
    const name = `person ${++others}`;
    names.set(key, name);
    return name;
  };
  const text = (value: string): string =>
    value.replace(WORD, (word) =>
      names.has(word) || names.has(word.toLowerCase()) || word.includes("@") ? nameOf(word) : word,
    );
  return { nameOf, text };
}
