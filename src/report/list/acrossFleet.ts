import type { OrgResult } from "../../fleet/runSchema.ts";
import { foldName, isNear, looksLike } from "../../names.ts";
import { appIdNamed } from "../../plan/named.ts";
import { compareText } from "../../text.ts";
import type { HeldApp, OrgHeld } from "./heldApps.ts";

/** What was read of an org of a fleet, or why nothing was. */
export interface OrgAsked {
  readonly org: string;
  readonly id: string;
  readonly held: OrgHeld | null;
  /** Null where it was read. */
  readonly problem: OrgResult["problem"];
}

/**
 * What an org answers to the question. `connected`: grants were counted. `without-grant`: none was, and something gets in without
 * one. `listed`: the org lists the app, and nobody holds a grant. `no-user`: it has no such user. `unknown`: it could not be read.
 */
export type Answer = "connected" | "without-grant" | "listed" | "none" | "no-user" | "unknown";

export interface OrgAnswer {
  readonly org: string;
  readonly id: string;
  readonly orgName: string | null;
  readonly answer: Answer;
  readonly problem: OrgResult["problem"];
  /** Most grants first. */
  readonly apps: readonly HeldApp[];
  /** What gets in without a grant, of what is asked for. */
  readonly standingAccess: OrgHeld["standingAccess"] | null;
  readonly proof: OrgHeld["proof"] | null;
  readonly linksRefused: string | null;
}

/** Who is asked for across orgs: an app by name or id, a user by username or id, or every app. */
export interface AskedAcross {
  readonly app?: string | undefined;
  readonly user?: string | undefined;
}

export interface FleetAnswers {
  readonly asked: AskedAcross;
  /** In the order of the fleet: every org that was asked. */
  readonly orgs: readonly OrgAnswer[];
  /** Names of the orgs that were left out. */
  readonly notSelected: readonly string[];
  /** Apps that hold grants and are called nearly so: not counted, and perhaps meant. */
  readonly alike: readonly { readonly name: string; readonly orgs: readonly string[] }[];
}

/** Which of the orgs have what is asked for. An app is meant by its name in every org, since its ids differ; an id stands for the names that it has. Pure. */
export function answersAcross(
  asked: AskedAcross,
  orgs: readonly OrgAsked[],
  notSelected: readonly string[],
): FleetAnswers {
  const isMeant = asked.app === undefined ? () => true : appMeant(asked.app, orgs);
  return {
    asked,
    orgs: orgs.map((one) => answerOf(one, asked, isMeant)),
    notSelected,
    alike: asked.app === undefined ? [] : alikeTo(asked.app, orgs, isMeant),
  };
}

type IsMeant = (
  app: Pick<HeldApp, "name"> & { readonly app?: string; readonly appId: string | null },
) => boolean;

function appMeant(wanted: string, orgs: readonly OrgAsked[]): IsMeant {
  const id = appIdNamed(wanted);
  const names = new Set(
    id === null
      ? [foldName(wanted)]
      : orgs.flatMap(({ held }) =>
          (held?.apps ?? []).flatMap(({ appId, name }) => (appId === id ? foldName(name) : [])),
        ),
  );
  return ({ name, app, appId }) =>
    (id !== null && appId === id) || app === wanted || names.has(foldName(name));
}

function answerOf(
  { org, id, held, problem }: OrgAsked,
  { app, user }: AskedAcross,
  isMeant: IsMeant,
): OrgAnswer {
  if (held === null)
    return {
      org,
      id,
      orgName: null,
      answer: "unknown",
      problem,
      apps: [],
      standingAccess: null,
      proof: null,
      linksRefused: null,
    };
  const { orgName, standingAccess, proof, linksRefused, hasUser } = held;
  const meant = held.apps.filter(isMeant);
  const ids = new Set(meant.flatMap(({ appId }) => appId ?? []));
  const entries = standingAccess.entries.filter(
    ({ app: of, name, couldBe }) =>
      app === undefined ||
      (of !== null && isMeant({ name: of.name, appId: of.id })) ||
      (of === null && name !== null && isMeant({ name, appId: null })) ||
      couldBe.some((one) => ids.has(one)),
  );
  const apps = meant
    .filter(({ grants }) => grants > 0 || (app !== undefined && user === undefined))
    .sort((a, b) => b.grants - a.grants || compareText(a.app, b.app));
  return {
    org,
    id,
    orgName,
    answer: answer(hasUser, apps, entries.length),
    problem: null,
    apps,
    standingAccess: { ...standingAccess, entries },
    proof,
    linksRefused,
  };
}

function answer(hasUser: boolean, apps: readonly HeldApp[], standing: number): Answer {
  if (apps.some(({ grants }) => grants > 0)) return "connected";
  if (standing > 0) return "without-grant";
  if (apps.length > 0) return "listed";
  return hasUser ? "none" : "no-user";
}

/** What differs by more than a typing mistake, and says the whole name, may be another of the same vendor's. */
function alikeTo(wanted: string, orgs: readonly OrgAsked[], isMeant: IsMeant): FleetAnswers["alike"] {
  const folded = foldName(wanted);
  const isAlike = (name: string) =>
    isNear(name, wanted) || looksLike(name, wanted) || (folded.length > 2 && foldName(name).includes(folded));
  const found = orgs.flatMap(({ org, held }) =>
    (held?.apps ?? []).flatMap((app) =>
      app.grants > 0 && !isMeant(app) && isAlike(app.name) ? [{ org, name: app.name }] : [],
    ),
  );
  return [...Map.groupBy(found, ({ name }) => name)]
    .map(([name, some]) => ({ name, orgs: [...new Set(some.map(({ org }) => org))] }))
    .sort((a, b) => b.orgs.length - a.orgs.length || compareText(a.name, b.name));
}
