import type { LocalOrg } from "salesforce-local-org";
import type { Inventory } from "../../src/inventory/inventory.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { goes, linkGoes, type TrueGrant } from "./org.ts";

/** A grant that the org has, whatever its API shows. */
interface Held extends TrueGrant {
  readonly userId: string;
  readonly createdAt: number | null;
  /** Whether it is a link to an identity provider. */
  readonly link: boolean;
  /** Whether the policy takes it away. */
  readonly goes: boolean;
}

/** What an org truly holds. */
export interface Truth {
  /** Whether its rows say when they were made: else grants are held against each other by user and app alone. */
  readonly dated: boolean;
  readonly grants: readonly Held[];
}

/** What of an org's grants can be told from outside, and is judged. */
export interface Told {
  /** Whether the org says when a grant was made. */
  readonly dated: boolean;
  /** Whether the policy judges links to identity providers. */
  readonly judgesLinks: boolean;
}

/** Reads it from the org's own store. */
export function truthOf({ store }: LocalOrg, now: number, { dated, judgesLinks }: Told): Truth {
  const instant = (value: unknown) => (typeof value === "number" ? value : null);
  const { accountLinks } = store.platform;
  const links = accountLinks === "absent" ? [] : store.accountLinks();
  return {
    dated,
    grants: [
      ...store.grants().map((row) => {
        const grant = {
          userId: String(row.UserId),
          username: store.username(row),
          app: store.applicationId(row) ?? String(row.AppName),
          createdAt: instant(row.CreatedDate),
          lastUsedAt: instant(row.LastUsedDate),
        };
        return { ...grant, link: false, goes: goes(grant, now) };
      }),
      ...links.map((row) => {
        const username = store.username(row);
        return {
          ...{ userId: String(row.UserId), username, createdAt: null, lastUsedAt: null, link: true },
          app: String(row.SsoProviderId ?? row.SsoProviderName),
          goes: judgesLinks && accountLinks === "deletable" && linkGoes({ username }),
        };
      }),
    ],
  };
}

/** What differs between a list that is called complete and the org. */
export function listedWrongly({ grants, accountLinks }: Inventory, truth: Truth): string[] {
  const keyOf = keysOf(truth);
  const listed = grants.map(({ userId, app, createdAt }) => keyOf(userId, app.id ?? app.name, createdAt));
  // That links may not be read is said, and is no list of none.
  const shown = truth.grants.filter(({ link }) => !link || accountLinks.refusal === null);
  const there = shown.map(({ userId, app, createdAt }) => keyOf(userId, app, createdAt));
  return [
    ...without(there, listed).map((key) => `a grant is not listed: ${key}`),
    ...without(listed, there).map((key) => `a grant is listed that is not there: ${key}`),
  ];
}

/** What differs between a plan and what the policy takes of the grants that there are. */
export function plannedWrongly({ revocations }: Plan, truth: Truth): string[] {
  const keyOf = keysOf(truth);
  const planned = revocations.flatMap(({ user, app, grants }) =>
    grants.map(({ createdAt }) => keyOf(user.id, app.id ?? app.name, createdAt)),
  );
  const wanted = truth.grants
    .filter(({ goes }) => goes)
    .map(({ userId, app, createdAt }) => keyOf(userId, app, createdAt));
  return [
    ...without(wanted, planned).map((key) => `a grant that goes is not planned: ${key}`),
    ...without(planned, wanted).map((key) => `a grant that stays is planned: ${key}`),
  ];
}

/** Grants that are gone, and were not planned; without a plan, all that are gone. */
export function revokedWrongly(before: Truth, after: Truth, plan: Plan = { revocations: [] }): string[] {
  const planned = new Set(
    plan.revocations.map(({ user, app }) => JSON.stringify([user.id, app.id ?? app.name])),
  );
  const keyOf = keysOf({ dated: true });
  const left = new Set(after.grants.map(({ userId, app, createdAt }) => keyOf(userId, app, createdAt)));
  return before.grants
    .filter(({ userId, app, createdAt }) => !left.has(keyOf(userId, app, createdAt)))
    .filter(({ userId, app, goes }) => !goes || !planned.has(JSON.stringify([userId, app])))
    .map(({ username, app }) => `a grant that was not to be revoked is gone: ${username}, ${app}`);
}

function keysOf({ dated }: Pick<Truth, "dated">) {
  return (userId: string, app: string, createdAt: number | null): string =>
    JSON.stringify([userId, app, !dated || createdAt === null ? null : new Date(createdAt).toISOString()]);
}

/** The texts of one list that another has not, as often as it has them fewer times. */
function without(these: readonly string[], those: readonly string[]): string[] {
  const left = [...those];
  return these.filter((text) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
