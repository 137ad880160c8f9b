import { type AppId, refText } from "../../salesforce/id.ts";
import { policyFromObject } from "../load.ts";
import type { AppEntry, Policy } from "../policy.ts";
import { summarizePolicy } from "../summary.ts";
import { entryCalled, type PolicyEdit } from "./edits.ts";

/** Whether a policy says what was asked of another, and whatever that said besides: held by what both say, not by their texts. */
export function saysAsked(before: Policy, after: Policy, edit: PolicyEdit): boolean {
  switch (edit.kind) {
    case "allow":
    case "deny":
      return saysOfApp(before, after, edit);
    case "exempt":
      return saysExempt(before, after, edit);
    case "protect":
      return saysProtected(before, after, edit);
  }
}

type AppEdit = PolicyEdit & { readonly kind: "allow" | "deny" };

function saysOfApp(before: Policy, after: Policy, edit: AppEdit): boolean {
  const { id, name, listedAs } = edit.app;
  const then = entryCalled(before, listedAs);
  const now = entryCalled(after, id === null ? (listedAs ?? { name: name! }) : { id });
  if (now === null) return false;
  const others = (policy: Policy, but: AppEntry | null) => ({
    ...policy,
    apps: policy.apps.filter((entry) => entry !== but),
  });
  if (!isSame(others(before, then), others(after, now))) return false;
  if ((now.denied !== null) !== (edit.kind === "deny")) return false;
  const turned = then !== null && (then.denied !== null) !== (now.denied !== null);
  const said: Record<string, unknown> = summaryOf(after, now);
  const old: Record<string, unknown> = then === null ? {} : summaryOf(before, then);
  const asked = summaryOf(after, {
    ...now,
    owner: edit.owner ?? now.owner,
    reason: edit.reason ?? now.reason,
  });
  if (JSON.stringify(said) !== JSON.stringify(asked) || !hasUsers(said, edit)) return false;
  if (edit.kind === "allow" && !hasDays(said, edit)) return false;
  if (then === null || turned) return true;
  const open = new Set(ASKABLE.filter((key) => edit[key as keyof AppEdit] !== undefined));
  const keys = new Set([...Object.keys(said), ...Object.keys(old)]);
  return [...keys].every((key) => open.has(key) || JSON.stringify(said[key]) === JSON.stringify(old[key]));
}

/** Whether those in scope are the ones that were asked for, as a policy of nothing else says them. */
function hasUsers({ users }: Readonly<Record<string, unknown>>, edit: AppEdit): boolean {
  if (edit.kind === "deny" || edit.users === undefined) return true;
  const apps = [{ name: "asked", users: edit.users }];
  const asked = policyFromObject({ version: 1, unlisted: "report", apps }, "asked");
  if ("problems" in asked) return false;
  return JSON.stringify(summaryOf(asked.policy, asked.policy.apps[0]!).users) === JSON.stringify(users);
}

function hasDays(
  said: Readonly<Record<string, unknown>>,
  { reviewBy, expectedBy }: AppEdit & { readonly kind: "allow" },
) {
  return [
    [reviewBy, said.reviewBy],
    [expectedBy, said.expectedBy],
  ].every(([asked, is]) => asked === undefined || asked === is);
}

const ASKABLE: readonly string[] = ["owner", "reason", "reviewBy", "expectedBy", "users"];

function summaryOf(policy: Policy, entry: AppEntry): Record<string, unknown> {
  const { apps } = summarizePolicy({ ...policy, apps: [entry] });
  return Object.values(apps as Record<string, Record<string, unknown>>)[0]!;
}

function saysExempt(before: Policy, after: Policy, edit: PolicyEdit & { readonly kind: "exempt" }): boolean {
  const { app, user, reason, owner, expires } = edit;
  const isIt = ({ app: ref, user: name }: Policy["exemptions"][number]) =>
    (name?.value.toLowerCase() ?? null) === (user?.toLowerCase() ?? null) &&
    (ref === null ? app === null : app !== null && refText(ref.value) === textOf(app));
  const others = (policy: Policy) => ({
    ...policy,
    exemptions: policy.exemptions.filter((one) => !isIt(one)),
  });
  return (
    isSame(others(before), others(after)) &&
    after.exemptions.some(
      (one) => isIt(one) && one.reason === reason && one.owner === owner && one.expires.value === expires,
    )
  );
}

function saysProtected(
  before: Policy,
  after: Policy,
  { app, user }: PolicyEdit & { readonly kind: "protect" },
): boolean {
  const others = (policy: Policy) => ({
    ...policy,
    protectedUsers: policy.protectedUsers.filter(({ value }) => value.toLowerCase() !== user?.toLowerCase()),
    protectedApps: policy.protectedApps.filter(
      ({ value }) => app === undefined || refText(value) !== textOf(app),
    ),
  });
  const isThere =
    app === undefined
      ? after.protectedUsers.some(({ value }) => value.toLowerCase() === user!.toLowerCase())
      : after.protectedApps.some(({ value }) => refText(value) === textOf(app));
  return isThere && isSame(others(before), others(after));
}

function textOf({ id, name }: { readonly id: AppId | null; readonly name: string | null }): string {
  return id ?? name!;
}

function isSame(one: Policy, other: Policy): boolean {
  return JSON.stringify(summarizePolicy(one)) === JSON.stringify(summarizePolicy(other));
}
