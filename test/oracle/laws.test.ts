import type { LocalOrg, OrgFixture } from "salesforce-local-org";
import { expect, it } from "vitest";
import type { FullPlan } from "../../src/plan/planSchema.ts";
import type { Case } from "./case.ts";
import { generate } from "./generate.ts";
import { OrgView } from "./orgView.ts";
import { Dice } from "./random.ts";
import { ask, start } from "./tool.ts";
import { type Data, refOf } from "./wanted.ts";

/** Other seeds than those whose decisions the oracle checks. */
const SEEDS = Array.from({ length: 9 }, (_, i) => 100_001 + i);
const LONG = 180_000;

/** What a case, and what is changed of it, comes to; null where it is refused. */
type Plans = (files?: Partial<Case["files"]>, changed?: Partial<Case>) => Promise<FullPlan | null>;

/** Does something with every seed's case whose policy is accepted; at least a third of them are. */
async function forEach(
  what: (one: Case, plan: FullPlan, plans: Plans, dice: Dice, org: LocalOrg) => Promise<void>,
): Promise<void> {
  let accepted = 0;
  for (const seed of SEEDS) {
    const one = generate(seed);
    const org = await start(one);
    try {
      const plans: Plans = async (files = {}, changed = {}) => {
        const said = await ask(org, { ...one, ...changed, files: { ...one.files, ...files } });
        return "plan" in said ? said.plan : null;
      };
      const plan = await plans();
      if (plan === null) continue;
      accepted++;
      await what(one, plan, plans, new Dice(seed), org);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    } finally {
      await org.close();
    }
  }
  expect(accepted).toBeGreaterThan(SEEDS.length / 3);
}

/** Each grant with what it gets, wherever the policy says so. */
function decided({ rows }: FullPlan): string[] {
  return rows.map(({ policy: _, ...row }) => JSON.stringify(row)).sort();
}

/** A key for each grant that is revoked; the same key as often as there are such grants. */
function revoked({ revocations }: FullPlan): string[] {
  return revocations
    .flatMap(({ user, app, grants }) =>
      grants.map((grant) => JSON.stringify([user.id, app.id, app.name, grant])),
    )
    .sort();
}

/** What one list has more often than another. */
function beyond(list: readonly string[], other: readonly string[]): string[] {
  const left = [...other];
  return list.filter((item) => {
    const at = left.indexOf(item);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function withoutProof({ inventory: { proof: _, ...inventory }, digest: __, org: ___, ...plan }: FullPlan) {
  return JSON.stringify({ ...plan, inventory });
}

function shuffledOrg(dice: Dice, org: OrgFixture): OrgFixture {
  const { users, apps, grants, profiles, permissionSets, roles = [], publicGroups = [] } = org;
  return {
    ...org,
    users: dice.shuffled(users),
    apps: dice.shuffled(apps),
    grants: dice.shuffled(grants),
    profiles: dice.shuffled(profiles),
    permissionSets: dice.shuffled(permissionSets),
    roles: dice.shuffled(roles),
    publicGroups: dice.shuffled(publicGroups),
  };
}

/** The same policy with its keys, lists and entries in another order. */
function shuffled(dice: Dice, value: unknown): unknown {
  if (Array.isArray(value)) return dice.shuffled(value).map((item) => shuffled(dice, item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    dice.shuffled(Object.entries(value)).map(([key, inner]) => [key, shuffled(dice, inner)]),
  );
}

it(
  "the same org and policy give the same plan again, and so does the org in another order",
  async () => {
    await forEach(async (one, plan, plans, dice) => {
      expect(withoutProof((await plans())!)).toBe(withoutProof(plan));
      const turned = await start({ ...one, org: shuffledOrg(dice, one.org) });
      try {
        const said = await ask(turned, one);
        expect("plan" in said ? withoutProof(said.plan) : said).toBe(withoutProof(plan));
      } finally {
        await turned.close();
      }
    });
  },
  LONG,
);

it(
  "a policy in another order decides the same",
  async () => {
    await forEach(async ({ files: { own, base } }, plan, plans, dice) => {
      const other = await plans({
        own: shuffled(dice, own) as Data,
        base: base === null ? null : (shuffled(dice, base) as Data),
      });
      expect(other === null ? "refused" : decided(other)).toEqual(decided(plan));
    });
  },
  LONG,
);

it(
  "one sanctioned app more adds no revocation, nor does one user more, or everyone",
  async () => {
    await forEach(async ({ files: { own } }, plan, plans, dice) => {
      const apps = (own.apps ?? []) as Data[];
      const free = plan.apps.filter(({ id, standing }) => id !== null && standing === "not-listed");
      const more = free.length === 0 ? [] : [[...apps, { id: dice.pick(free).id, users: "everyone" }]];
      const someone = dice.pick(plan.users.flatMap(({ username }) => username ?? []));
      const wider = (users: unknown) => {
        if (users === undefined || users === "everyone") return users;
        if (users === "nobody") return { usernames: [someone] };
        const { usernames = [], except: _, ...lists } = users as { usernames?: string[]; except?: unknown };
        const names = usernames.some((name) => name.toLowerCase() === someone.toLowerCase());
        return { ...lists, usernames: names ? usernames : [...usernames, someone] };
      };
      const everyone = apps.map((app) => (app.users === undefined ? app : { ...app, users: "everyone" }));
      const oneMore = apps.map((app) =>
        app.users === undefined ? app : { ...app, users: wider(app.users) },
      );
      for (const changed of [...more, everyone, oneMore]) {
        const other = await plans({ own: { ...own, apps: changed } });
        if (other !== null) expect(beyond(revoked(other), revoked(plan))).toEqual([]);
      }
    });
  },
  LONG,
);

it(
  "to tighten a policy takes no revocation away",
  async () => {
    await forEach(async ({ files: { own, base, baseline } }, plan, plans, dice) => {
      const { exemptions: _, ...notExempt } = own;
      const { baseline: __, ...notKnown } = own;
      const someone = dice.pick(plan.users.flatMap(({ username }) => username ?? []));
      const offboarded = (own.offboarded ?? []) as string[];
      const tighter: Data[] = [
        { ...own, platformApps: "revoke" },
        ...(own.platformApps === "keep" ? [{ ...own, platformApps: "report" }] : []),
        { ...own, unlisted: "revoke" },
        { ...own, defaults: { maxIdleDays: 1, maxAgeDays: 1, neverUsedAfterDays: 1 } },
        { ...own, leavers: { offboarded: "revoke", inactive: "revoke", frozen: "revoke" } },
        { ...own, unknownUse: "revoke" },
        { ...own, unlistedScopes: ["openid"] },
        { ...own, mode: "enforce" },
        { ...own, offboarded: [...offboarded, someone] },
        { ...own, appsLike: [...((own.appsLike ?? []) as Data[]), { name: "S*", sanctioned: false }] },
        notExempt,
        ...(baseline === null ? [] : [notKnown]),
        ...(own.highPrivilege === undefined && base?.highPrivilege === undefined
          ? [{ ...own, highPrivilege: { profiles: ["System Administrator"], action: "revoke" } }]
          : []),
      ];
      for (const changed of tighter) {
        const other = await plans({ own: changed });
        if (other !== null) expect(beyond(revoked(plan), revoked(other))).toEqual([]);
      }
    });
  },
  LONG,
);

it(
  "with mode: report nothing is planned, and every grant has the code that it had",
  async () => {
    await forEach(async ({ files: { own } }, plan, plans) => {
      const other = (await plans({ own: { ...own, mode: "report" } }))!;
      expect([other.revocations, other.limits.refusal]).toEqual([[], null]);
      const codes = ({ rows }: FullPlan) =>
        rows.map(({ user, app, granted, code }) => JSON.stringify([user, app, granted, code])).sort();
      expect(codes(other)).toEqual(codes(plan));
    });
  },
  LONG,
);

it(
  "once what was planned is gone, nothing more is planned, and what is left gets what it got",
  async () => {
    await forEach(async (one, plan) => {
      const gone = revoked(plan);
      if (gone.length === 0) return;
      const view = new OrgView(one.org, one.platform, null);
      const left = one.org.grants.filter(({ username, app, createdAt, lastUsedAt, useCount }) => {
        const known = one.org.apps.find(({ id, name }) => app === (id ?? name))!;
        const key = JSON.stringify([
          view.person(username)!.id,
          known.id,
          known.id === null ? (known.grantLabel ?? known.name) : known.name,
          { granted: createdAt, lastUsed: lastUsedAt, useCount },
        ]);
        const at = gone.indexOf(key);
        if (at >= 0) gone.splice(at, 1);
        return at < 0;
      });
      // Where a grant is known by its label alone, which of some equal ones went cannot be told here.
      if (gone.length > 0) return;
      const org = await start({ ...one, org: { ...one.org, grants: left } });
      try {
        const said = await ask(org, one);
        // An exemption or an exception may name an app that went with its last grant: that is refused at its line.
        if ("refused" in said) expect(said.refused.join()).toMatch(/^(app-name-not-in-org [^,]*,?)+$/);
        else expect([revoked(said.plan), beyond(decided(said.plan), decided(plan))]).toEqual([[], []]);
      } finally {
        await org.close();
      }
    });
  },
  LONG,
);

it(
  "10: where the policy names ids alone, labels that change hands change nothing",
  async () => {
    await forEach(async (one, plan, _plans, dice) => {
      const byId = byIdsAlone(one, plan);
      if (byId === null) return;
      const decisions = async (org: OrgFixture) => {
        const running = await start({ ...byId, org });
        try {
          const said = await ask(running, byId);
          if ("refused" in said) return said.refused;
          return said.plan.rows
            .map(({ app, policy, ...row }) => JSON.stringify([app.id, policy, row]))
            .sort();
        } finally {
          await running.close();
        }
      };
      const names = dice.shuffled(byId.org.apps.map(({ name }) => name));
      const renamed = { ...byId.org, apps: byId.org.apps.map((app, i) => ({ ...app, name: names[i]! })) };
      expect(await decisions(renamed)).toEqual(await decisions(byId.org));
    });
  },
  LONG,
);

/** The case with apps that all say their ids, in the org and in the policy; null where the policy says names of other apps. */
function byIdsAlone(one: Case, { apps }: FullPlan): Case | null {
  const idOf = (value: unknown): string | null => {
    const { id, name } = refOf(value);
    return id ?? apps.find((app) => app.name === name && app.id !== null)?.id ?? null;
  };
  const refs = (list: unknown) => ((list ?? []) as unknown[]).map((value) => ({ id: idOf(value) }));
  const entries = ((one.files.own.apps ?? []) as Data[]).map(({ name, id, ...entry }) => ({
    ...entry,
    id: idOf(id === undefined ? { name } : { id }),
  }));
  const { exemptions: _, appsLike: __, protected: kept, highPrivilege: ___, ...own } = one.files.own;
  const { apps: protectedApps, ...rest } = (kept ?? {}) as Data;
  const said = refs(protectedApps);
  const ids = [...entries, ...said].map(({ id }) => id);
  const { org } = one;
  const registered = org.apps.filter(({ id }) => id !== null).map((app) => ({ ...app, inAppMenu: true }));
  if (one.files.base !== null || new Set(ids).size !== ids.length || registered.length < 2) return null;
  if (ids.some((id) => id === null || !registered.some((app) => app.id === id))) return null;
  const shield = { ...rest, ...(said.length === 0 ? {} : { apps: said }) };
  return {
    ...one,
    platform: { usageOnly: false, sessionApp: null },
    ownApp: registered[0]!.id,
    org: {
      ...org,
      apps: registered,
      grants: org.grants.filter(({ app }) => registered.some(({ id }) => id === app)),
    },
    files: {
      // What is only called as Salesforce's own is then as any other.
      own: {
        ...own,
        platformApps: "revoke",
        apps: entries,
        ...(Object.keys(shield).length === 0 ? {} : { protected: shield }),
      },
      base: null,
      baseline: one.files.baseline,
    },
  };
}
