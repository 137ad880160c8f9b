import { Document, parse, type YAMLMap, type YAMLSeq } from "yaml";
import { isAccountLink } from "../../accountLink.ts";
import type { App, Grant, Inventory } from "../../inventory/inventory.ts";
import { platformKindOf } from "../../platformApps.ts";
import { printable } from "../../printable.ts";
import { amount } from "../../text.ts";
import { dayOf, type Instant, isLongerAgo } from "../../time.ts";
import { canBeNamed } from "../canBeNamed.ts";
import { isBlank } from "../hidden.ts";
import { proposedUsers } from "./proposedUsers.ts";
import { yamlText } from "./yamlText.ts";

/** What nobody used for longer is proposed to be denied. */
const UNUSED_DAYS = 365;

const KINDS: readonly [App["kind"], string][] = [
  ["connected-app", "Connected apps"],
  ["external-client-app", "External client apps"],
  ["unknown", "Apps that are not installed: matched by name alone"],
];

/**
 * A first policy for an org, as YAML: every app that holds grants, with what the org shows of it and a
 * proposal of who is in scope; what nobody used for a year is proposed to be denied. It only reports, and protects nobody: power
 * is no reason to keep a grant. Needs an inventory read with all permission sets.
 * @param day of the draft, as 2026-11-23
 * @param shared a policy that it extends, which says what an app gets that is not listed; null for none
 */
export function draftPolicy(inventory: Inventory, day: string, shared: string | null = null): string {
  const { org } = inventory;
  const apps = inventory.apps.filter(({ kind }) => kind !== "identity-provider");
  const grants = inventory.grants.filter((grant) => !isAccountLink(grant));
  const byApp = Map.groupBy(grants, ({ app }) => app.key);
  const platform = apps.filter((app) => byApp.has(app.key) && platformKindOf(app) === "proven");
  const left = apps.filter((app) => byApp.has(app.key) && !platform.includes(app));
  const named = left.filter((app) => canBeNamed(app, apps));
  const entries = KINDS.flatMap(([kind, title]) =>
    named
      .filter((app) => app.kind === kind)
      .sort((a, b) => byApp.get(b.key)!.length - byApp.get(a.key)!.length || (a.name < b.name ? -1 : 1))
      .map((app, i) => ({
        app,
        heading: i === 0 ? title : null,
        unused: unusedSince(byApp.get(app.key)!, Date.parse(day)),
        proposal: proposedUsers(app, byApp.get(app.key)!, inventory),
      })),
  );
  const document = new Document({
    version: 1,
    ...(shared === null ? {} : { extends: shared }),
    org: { name: org.name, id: org.id },
    mode: "report",
    ...(shared === null ? { unlisted: "report", platformApps: "keep" } : {}),
    apps: entries.map(({ app, unused, proposal }) => ({
      ...(app.id !== null && isBlank(app.name) ? {} : { name: app.name }),
      ...(app.id === null ? {} : { id: app.id }),
      ...(unused === null ? { users: proposal.users } : { sanctioned: false, reason: unused }),
    })),
    ...providersPart(inventory),
  });
  const top = document.contents as YAMLMap;
  entries.forEach(({ app, heading, unused, proposal }, i) => {
    const item = (document.get("apps") as YAMLSeq).items[i] as YAMLMap;
    item.commentBefore = [
      ...(heading === null ? [] : [` ---- ${heading} ----`]),
      ` review: ${summary(byApp.get(app.key)!)}`,
      ...(platformKindOf(app) === "named"
        ? [" review: called as one of Salesforce's own apps, and nothing proves that it is"]
        : []),
    ].join("\n");
    item.spaceBefore = i > 0;
    if (unused === null) comment(item, "users", ` proposed: ${proposal.why}`, false);
    else
      comment(
        item,
        "sanctioned",
        ` proposed: denied, since no token was issued for ${UNUSED_DAYS} days`,
        false,
      );
  });
  comment(top, "mode", " Nothing is revoked until this line is taken out.");
  comment(
    top,
    "platformApps",
    " Salesforce's own apps (mobile app …), by id and package and never by name; `unlisted: revoke` would take them.",
  );
  comment(top, "unlistedIdentityProviders", " Providers that accounts are linked to. review: all of them");
  const idle = apps
    .filter(({ key, id }) => id !== null && !byApp.has(key))
    .map(({ name }) => printable(name));
  document.commentBefore = [
    " yaml-language-server: $schema=../schema/policy.schema.json",
    ` A draft of ${day} from ${printable(org.name)}: ${amount(grants.length, "grant")} of ${amount(byApp.size, "app")}. Review every entry marked so.`,
    ...(idle.length === 0 ? [] : [` Apps without grants, which need no entry: ${idle.sort().join(", ")}`]),
    ...(platform.length === 0
      ? []
      : [
          ` Salesforce's own apps, which need no entry: ${platform.map(({ name, key }) => `${printable(name)} (${amount(byApp.get(key)!.length, "grant")})`).join(", ")}`,
        ]),
    ...(named.length === left.length
      ? []
      : [` Left out, since the org does not say which app they are: ${left.length - named.length}`]),
  ].join("\n");
  return yamlText(document, 120);
}

/** A draft as the policy that it is. @param text of `draftPolicy` */
export function parseDraft(text: string): Record<string, unknown> {
  return parse(text) as Record<string, unknown>;
}

/** The identity providers that accounts are linked to, and of which can be said which they are. */
function providersPart(inventory: Inventory): Record<string, unknown> {
  const providers = inventory.apps.filter(({ kind }) => kind === "identity-provider");
  const links = Map.groupBy(inventory.grants.filter(isAccountLink), ({ app }) => app);
  const known = [...links.keys()].filter((provider) => canBeNamed(provider, providers));
  if (known.length === 0) return {};
  return {
    unlistedIdentityProviders: "report",
    identityProviders: known
      .sort((a, b) => links.get(b)!.length - links.get(a)!.length || (a.name < b.name ? -1 : 1))
      .map((provider) => ({
        ...(isBlank(provider.name) ? {} : { name: provider.name }),
        ...(provider.id === null ? {} : { id: provider.id }),
        users: proposedUsers(provider, links.get(provider)!, inventory).users,
      })),
  };
}

/** @param isApart whether a blank line stands before it */
function comment(map: YAMLMap, key: string, text: string, isApart = true): void {
  const pair = map.items.find((item) => String(item.key) === key);
  if (pair === undefined) return;
  (pair.key as { commentBefore?: string; spaceBefore?: boolean }).commentBefore = text;
  (pair.key as { spaceBefore?: boolean }).spaceBefore = isApart;
}

/** Why grants count as unused, as a reason; null where one of them is in use, is younger than that, or says too little to tell. */
function unusedSince(grants: readonly Grant[], asOf: Instant): string | null {
  const isOld = (time: Instant | null) => time !== null && isLongerAgo(time, UNUSED_DAYS, asOf);
  const isUnused = ({ createdAt, lastUsedAt, useCount }: Grant) =>
    isOld(createdAt) && (lastUsedAt === null ? !useCount : isOld(lastUsedAt));
  if (!grants.every(isUnused)) return null;
  const last = greatest(grants.flatMap(({ lastUsedAt }) => lastUsedAt ?? []));
  return last === null ? "Never used" : `Not used since ${dayOf(last)}`;
}

/** `12 grants of 12 users, granted 2023-05-02 to 2023-06-30, last used 2024-02-01`. */
function summary(grants: readonly Grant[]): string {
  const users = new Set(grants.map(({ userId }) => userId)).size;
  const created = grants.flatMap(({ createdAt }) => createdAt ?? []);
  const used = grants.flatMap(({ lastUsedAt }) => lastUsedAt ?? []);
  const [first, last] = [least(created), greatest(created)];
  return [
    `${amount(grants.length, "grant")} of ${amount(users, "user")}`,
    first === null ? "granted on unknown days" : `granted ${dayOf(first)} to ${dayOf(last!)}`,
    used.length === 0 ? "no use recorded" : `last used ${dayOf(greatest(used)!)}`,
  ].join(", ");
}

function least(times: readonly number[]): number | null {
  return times.reduce<number | null>((min, time) => (min === null || time < min ? time : min), null);
}

function greatest(times: readonly number[]): number | null {
  return times.reduce<number | null>((max, time) => (max === null || time > max ? time : max), null);
}
