import { isSameData } from "../../collections.ts";
import { foldName } from "../../names.ts";
import { appRefOf } from "../../policy/layer.ts";
import type { AppRefFile } from "../../policy/policySchema.ts";
import { type AppRef, parseAppId } from "../../salesforce/id.ts";
import { count } from "../../text.ts";
import type { Allows } from "../allowsSchema.ts";
import { type Found, namesText } from "./found.ts";
import { judgeMap } from "./keys.ts";

/** An exemption, or an exception from high privilege, in plain data. */
interface Covering {
  readonly app?: AppRefFile;
  readonly user?: string;
  readonly reason?: string;
  readonly owner?: string;
  readonly expires?: string;
  readonly reviewBy?: string;
}

/** Apps whose grants are never revoked, as they could be before. */
export function judgeProtectedApps(base: Allows, head: Allows): Found[] {
  const place = "protected.apps";
  const old = (base.says.protected?.apps ?? []) as readonly AppRefFile[];
  const isSame = sameApp(base, head);
  return ((head.says.protected?.apps ?? []) as readonly AppRefFile[])
    .filter((app) => !old.some((other) => isSame(other, app)))
    .map((app) => ({
      key: place,
      severity: "high",
      what: "never revoked, whatever else is said",
      place,
      app: { key: null, name: appName(app) },
    }));
}

/** Exemptions that nothing exempted before, or not for so long. */
export function judgeExemptions(base: Allows, head: Allows): Found[] {
  const old = (base.says.exemptions ?? []) as readonly Covering[];
  const isSame = sameApp(base, head);
  return ((head.says.exemptions ?? []) as readonly Covering[]).flatMap((one, i): Found[] => {
    const { expires, owner, reason, user } = one;
    const covering = old.filter((other) => covers(other, one, isSame));
    const until = covering.map((other) => other.expires!).sort();
    if (until.some((day) => day >= expires!)) return [];
    const last = until.at(-1);
    return [
      {
        key: "exemptions",
        severity: one.app === undefined || user === undefined ? "high" : "medium",
        what:
          last === undefined
            ? `exempt until ${expires}: ${coveringText(one)}`
            : `exempt until ${expires}, before until ${last}: ${coveringText(one)}`,
        place: `exemptions[${i}]`,
        owner,
        reason,
        ...aboutApp(one),
        ...(user === undefined ? {} : { named: 1 }),
      },
    ];
  });
}

/** What is said of users of high privilege: nothing any more, or with more exceptions, or of fewer grants. */
export function judgePrivilege(base: Allows, head: Allows): Found[] {
  const [old, now] = [base.says.highPrivilege, head.says.highPrivilege];
  if (old === undefined) return [];
  const place = "highPrivilege";
  if (now === undefined)
    return [
      {
        key: place,
        severity: "high",
        what: "users of high privilege are treated as any others",
        place: null,
        before: place,
      },
    ];
  const apart = ["exceptions", "grantedSince", "grantedWithinDays"];
  return [
    ...judgeMap("highPrivilege.", old, now, place, apart),
    ...lookBack(old, now),
    ...exceptions(old.exceptions ?? [], now.exceptions ?? [], sameApp(base, head)),
  ];
}

interface LookBack {
  readonly grantedSince?: string;
  readonly grantedWithinDays?: number;
}

/** A rule that is of fewer grants: of those made later, or within fewer days. */
function lookBack(old: LookBack, now: LookBack): Found[] {
  const all = now.grantedSince === undefined && now.grantedWithinDays === undefined;
  const isLonger =
    old.grantedSince === undefined
      ? now.grantedSince === undefined &&
        (old.grantedWithinDays ?? Infinity) <= (now.grantedWithinDays ?? Infinity)
      : now.grantedSince !== undefined && now.grantedSince <= old.grantedSince;
  if (all || isLonger) return [];
  const [key, since] =
    now.grantedSince === undefined
      ? ["grantedWithinDays", `within ${now.grantedWithinDays} days`]
      : ["grantedSince", `since ${now.grantedSince}`];
  return [
    {
      key: `highPrivilege.${key}`,
      severity: "high",
      what: `of grants by users of high privilege only those made ${since} matter (before: ${lookBackText(old)})`,
      place: `highPrivilege.${key}`,
    },
  ];
}

function lookBackText({ grantedSince, grantedWithinDays }: LookBack): string {
  if (grantedSince !== undefined) return `since ${grantedSince}`;
  return grantedWithinDays === undefined ? "all" : `within ${grantedWithinDays} days`;
}

function exceptions(old: readonly Covering[], now: readonly Covering[], isSame: SameApp): Found[] {
  return now.flatMap((one, i): Found[] => {
    const covering = old.filter((other) => covers(other, one, isSame));
    const { owner, reason, reviewBy, user } = one;
    const place = `highPrivilege.exceptions[${i}]`;
    const about = { key: "highPrivilege.exceptions", place, owner, reason, ...aboutApp(one) };
    if (covering.length === 0)
      return [
        {
          ...about,
          severity: "high",
          what: `excepted from the rule on high privilege: ${coveringText(one)}`,
          ...(user === undefined ? {} : { named: 1 }),
        },
      ];
    const due = covering.map((other) => other.reviewBy!).sort();
    if (due.some((day) => day >= reviewBy!)) return [];
    return [
      {
        ...about,
        key: "highPrivilege.exceptions[].reviewBy",
        severity: "low",
        what: `the review of an exception is put off from ${due.at(-1)} to ${reviewBy}: ${coveringText(one)}`,
      },
    ];
  });
}

/** Whether what one means is meant by another too: of any app and of any user where it does not say of which. */
function covers(other: Covering, one: Covering, isSame: SameApp): boolean {
  const isOfApp = other.app === undefined || (one.app !== undefined && isSame(other.app, one.app));
  return isOfApp && (other.user === undefined || other.user.toLowerCase() === one.user?.toLowerCase());
}

type SameApp = (before: AppRefFile, now: AppRefFile) => boolean;

/** Whether two names, or a name and an id, are of one app, as far as the two plans say which. */
function sameApp(base: Allows, head: Allows): SameApp {
  // A name counts as it is written: what is called exactly so comes before what is only called alike.
  const idOf = ({ listed, access }: Allows, ref: AppRef) => {
    if ("id" in ref) return ref.id;
    const app = [...listed.apps, ...access.apps].find((one) => one?.label === ref.name);
    return parseAppId(app?.key ?? "");
  };
  return (before, now) => {
    const [old, one] = [appRefOf(before), appRefOf(now)];
    const id = idOf(base, old);
    return isSameData(old, one) || (id !== null && id === idOf(head, one));
  };
}

function appName(app: AppRefFile): string {
  if (typeof app === "string") return app;
  return "id" in app ? app.id : app.name;
}

function aboutApp({ app }: Covering): Pick<Found, "app"> {
  return app === undefined ? {} : { app: { key: null, name: appName(app) } };
}

function coveringText({ app, user }: Covering): string {
  const whose = user === undefined ? "any user" : user;
  return app === undefined ? `any app of ${whose}` : whose;
}

/** Apps that are denied by their names, and now are not. */
export function judgeAppsLike({ says: base }: Allows, { says: head }: Allows): Found[] {
  const now = new Set((head.appsLike ?? []).map(({ name }) => foldName(name)));
  return (base.appsLike ?? []).flatMap(({ name, owner, reason }, i): Found[] =>
    now.has(foldName(name))
      ? []
      : [
          {
            key: "appsLike",
            severity: head.unlisted === "revoke" ? "medium" : "high",
            what: `apps that are called like "${name}" are no longer denied${reason === undefined ? "" : `: ${reason}`}`,
            place: null,
            before: `appsLike[${i}]`,
            like: name,
            owner,
            reason,
          },
        ],
  );
}

/** Who must approve what is revoked: nobody any more, or others, or fewer. The list counts by what it says, wherever it is. */
export function judgeApprovals(base: Allows, head: Allows): Found[] {
  const place = "approvals";
  if (base.signers === null) return [];
  if (head.signers === null)
    return [
      {
        key: place,
        severity: "high",
        what: "no plan has to be approved any more",
        place: null,
        before: place,
      },
    ];
  const textOf = ({ fingerprint, names, options }: NonNullable<Allows["signers"]>[number]) =>
    [names, fingerprint, options].filter((part) => part !== "").join(" ");
  const known = new Set(base.signers.map(textOf));
  const added = head.signers.map(textOf).filter((text) => !known.has(text));
  return [
    ...judgeMap("approvals.", base.says.approvals, head.says.approvals, place),
    ...(added.length === 0
      ? []
      : [
          {
            key: "approvals.signers",
            severity: "high" as const,
            what: `may sign plans, as they could not before: ${namesText(added)}`,
            place,
          },
        ]),
  ];
}

/** Grants that are known to a baseline, and so only reported: more of them, or for longer. */
export function judgeBaseline(
  { baseline: base, says: old }: Allows,
  { baseline: head, says }: Allows,
): Found[] {
  if (head === null) return [];
  const place = "baseline";
  const known = new Set((base?.known ?? []).flatMap(({ grants }) => grants));
  const added = head.known
    .map(({ app, grants }) => ({ app, more: grants.filter((one) => !known.has(one)).length }))
    .filter(({ more }) => more > 0)
    .sort((a, b) => b.more - a.more);
  const all = added.reduce((sum, one) => sum + one.more, 0);
  const later = (key: "expires" | "written") =>
    base !== null && (head[key] ?? "") > (base[key] ?? "") ? [key] : [];
  const found = (severity: Found["severity"], what: string): Found => ({ key: place, severity, what, place });
  return [
    ...(all === 0
      ? []
      : [
          found(
            "medium",
            `${all === 1 ? "1 more grant is known, so that it is" : `${count(all)} more grants are known, so that they are`} only reported: ${added
              .slice(0, 4)
              .map(({ app, more }) => `${count(more)} of "${app}"`)
              .join(", ")}${added.length > 4 ? " and others" : ""}`,
          ),
        ]),
    ...later("expires").map(() =>
      found(
        "medium",
        `known grants are only reported until ${head.expires} (before: until ${base!.expires})`,
      ),
    ),
    ...later("written").map(() =>
      found(
        "medium",
        `grants made until ${head.written} are known (before: until ${base!.written ?? "a time of their own"})`,
      ),
    ),
    ...(old.baseline === undefined
      ? []
      : judgeMap("", { baseline: old.baseline }, { baseline: says.baseline }, place)),
  ];
}
