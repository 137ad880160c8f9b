import type { App } from "../../inventory/inventory.ts";
import { type AppId, type AppRef, parseAppId } from "../../salesforce/id.ts";
import type { Day } from "../../time.ts";
import { isBlank } from "../hidden.ts";
import { appRefOf } from "../layer.ts";
import type { AppEntry, Policy } from "../policy.ts";
import type { AppFile, AppRefFile, PolicyFile } from "../policySchema.ts";

/** The app that an edit is about. One without an id is known by its name alone. */
export interface AppToEdit {
  readonly id: AppId | null;
  /** Null where it is not known: then there is an id. Untrusted text. */
  readonly name: string | null;
  /** How the policy's entry of the app, or that of the one which it extends, calls it; null where none is of it. */
  readonly listedAs: AppRef | null;
}

/** What a policy says of the app that one of its entries calls so. */
export function entryCalled({ apps }: Pick<Policy, "apps">, ref: AppRef | null): AppEntry | null {
  if (ref === null) return null;
  const isIt = ({ id, name }: AppEntry) =>
    "id" in ref ? id?.value === ref.id : id === null && name?.value === ref.name;
  return apps.find(isIt) ?? null;
}

/** How an entry calls its app: a name beside an id says nothing more. */
export function refOfEntry({ id, name }: Pick<AppEntry, "id" | "name">): AppRef {
  return id === null ? { name: name!.value } : { id: id.value };
}

/** An app of an org. @param entry that lists it, or denies it; null for none */
export function toEdit(
  { id, name }: Pick<App, "id" | "name">,
  entry: Pick<AppEntry, "id" | "name"> | null,
): AppToEdit {
  return { id, name: isBlank(name) ? null : name, listedAs: entry === null ? null : refOfEntry(entry) };
}

/** What somebody decided. What is left out stays as it is. */
export type PolicyEdit =
  | {
      readonly kind: "allow";
      readonly app: AppToEdit;
      readonly users?: NonNullable<AppFile["users"]>;
      readonly owner?: string;
      readonly reason?: string;
      readonly reviewBy?: Day;
      /** Up to this day the org need not have the app. */
      readonly expectedBy?: Day;
    }
  | { readonly kind: "deny"; readonly app: AppToEdit; readonly owner?: string; readonly reason?: string }
  | {
      readonly kind: "exempt";
      readonly app: AppToEdit | null;
      readonly user: string | null;
      readonly owner: string;
      readonly reason: string;
      readonly expires: Day;
    }
  | { readonly kind: "protect"; readonly app: AppToEdit; readonly user?: never }
  | { readonly kind: "protect"; readonly user: string; readonly app?: never };

/** A policy as one file says it, without a promise that it is whole. */
export type FileData = Partial<PolicyFile> & Readonly<Record<string, unknown>>;

/** A file with an edit, as data. @param policy the file and the one that it extends as one */
export function editedData(data: FileData, policy: Policy, edit: PolicyEdit): FileData {
  switch (edit.kind) {
    case "allow":
    case "deny":
      return withApp(data, policy, edit);
    case "exempt":
      return withExemption(data, edit);
    case "protect":
      return withProtected(data, policy, edit);
  }
}

/** Which of the file's own entries an entry is of; -1 where the other policy alone has it. A policy's own stand before those of the one it extends. */
function ownEntry(data: FileData, policy: Policy, entry: AppEntry | null): number {
  const at = entry === null ? -1 : policy.apps.indexOf(entry);
  return at < (data.apps ?? []).length ? at : -1;
}

type ExemptionFile = NonNullable<PolicyFile["exemptions"]>[number];
type Draft<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

function withApp(
  data: FileData,
  policy: Policy,
  edit: PolicyEdit & { readonly kind: "allow" | "deny" },
): FileData {
  const apps = data.apps ?? [];
  const entry = entryCalled(policy, edit.app.listedAs);
  const at = ownEntry(data, policy, entry);
  const isDenied = entry !== null && entry.denied !== null;
  const turnsAround = entry !== null && isDenied !== (edit.kind === "deny");
  const item = entryOf(at < 0 ? null : apps[at]!, edit, {
    turnsAround,
    isExtending: data.extends !== undefined,
  });
  return { ...data, apps: at < 0 ? [...apps, item] : apps.with(at, item) };
}

function entryOf(
  old: AppFile | null,
  edit: PolicyEdit & { readonly kind: "allow" | "deny" },
  { turnsAround, isExtending }: { readonly turnsAround: boolean; readonly isExtending: boolean },
): AppFile {
  const { app, owner, reason } = edit;
  // The order is that of a new entry, in which its name and id stand first.
  const name = old?.name ?? app.name ?? undefined;
  const id = old?.id ?? app.id ?? undefined;
  const kept: Draft<AppFile> = turnsAround || old === null ? { owner: old?.owner } : old;
  const said = { owner: owner ?? kept.owner, reason: reason ?? kept.reason };
  const which = { ...(name === undefined ? {} : { name }), ...(id === undefined ? {} : { id }) };
  if (edit.kind === "deny")
    return withoutUndefined<AppFile>({ ...which, ...kept, ...which, sanctioned: false, ...said });
  // Beside a policy that denies it, only words that say otherwise are more than a word that is missing.
  const sanctioned = turnsAround && isExtending ? { sanctioned: true } : {};
  const { users = kept.users, reviewBy = kept.reviewBy, expectedBy = kept.expectedBy } = edit;
  const expected = edit.expectedBy === undefined ? kept.expected : (true as const);
  const days = { reviewBy, expected, expectedBy };
  return withoutUndefined<AppFile>({ ...which, ...kept, ...which, ...sanctioned, ...said, ...days, users });
}

function withExemption(data: FileData, edit: PolicyEdit & { readonly kind: "exempt" }): FileData {
  const { app, user, reason, owner, expires } = edit;
  const exemptions = data.exemptions ?? [];
  const at = exemptions.findIndex((one) => isOfSame(one, edit));
  const whose =
    at < 0 ? { app: app === null ? undefined : refFile(app), user: user ?? undefined } : exemptions[at];
  const item = withoutUndefined<ExemptionFile>({ ...whose, reason, owner, expires });
  return { ...data, exemptions: at < 0 ? [...exemptions, item] : exemptions.with(at, item) };
}

/** Whether an exemption is of the same app and user. */
function isOfSame(
  one: { readonly app?: AppRefFile; readonly user?: string },
  { app, user }: { readonly app: AppToEdit | null; readonly user: string | null },
): boolean {
  if ((one.user?.toLowerCase() ?? null) !== (user?.toLowerCase() ?? null)) return false;
  if (one.app === undefined || app === null) return one.app === undefined && app === null;
  return isRef(appRefOf(one.app), app);
}

function isRef(ref: AppRef, app: AppToEdit): boolean {
  return "id" in ref ? ref.id === app.id : app.id === null && ref.name === app.name;
}

function withProtected(
  data: FileData,
  policy: Policy,
  { app, user }: PolicyEdit & { readonly kind: "protect" },
): FileData {
  const { users, apps } = data.protected ?? {};
  if (isProtected(policy, { app, user })) return data;
  const added =
    app === undefined ? { users: [...(users ?? []), user!] } : { apps: [...(apps ?? []), refFile(app)] };
  return { ...data, protected: { ...data.protected, ...added } };
}

function isProtected(
  { protectedApps, protectedUsers }: Policy,
  { app, user }: { readonly app?: AppToEdit | undefined; readonly user?: string | undefined },
): boolean {
  return app === undefined
    ? protectedUsers.some(({ value }) => value.toLowerCase() === user!.toLowerCase())
    : protectedApps.some(({ value }) => isRef(value, app));
}

/** By its id, else by its name: as a map where that reads as an id. */
function refFile({ id, name }: AppToEdit): AppRefFile {
  if (id !== null) return id;
  return parseAppId(name!) === null ? name! : { name: name! };
}

function withoutUndefined<T extends object>(value: Draft<T>): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}
