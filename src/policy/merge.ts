import { type AppRef, parseOrgId } from "../salesforce/id.ts";
import { peopleOf } from "../sign/people.ts";
import { policyProblems } from "./errors.ts";
import { type AppPart, type Layer, LayerReader } from "./layer.ts";
import { asOne } from "./layers.ts";
import {
  type AppEntry,
  type Approvals,
  type AppsLike,
  type Baseline,
  type Leaver,
  type Placed,
  type Policy,
  type Position,
  placeText,
  type TimeLimits,
} from "./policy.ts";
import type { PolicyFile } from "./policySchema.ts";
import type { Problem } from "./problem.ts";
import type { Path } from "./source.ts";

const DEFAULT_LIMITS = { revocations: 50, percent: 25, perApp: 50 };
const DEFAULT_EXEMPTION_DAYS = 180;
/** A link to an identity provider has no time that a limit could be held against. */
const NO_TIMES: TimeLimits = { maxIdleDays: null, maxAgeDays: null, neverUsedAfterDays: null };

/** What an entry lists. */
type Listed = "app" | "identity provider";

/**
 * One policy of a file and the one that it extends, if any. Each value keeps the place that it comes from. What only
 * shows once both are there goes to `problems`.
 */
export function mergeLayers(
  own: Layer,
  base: Layer | null,
  {
    baseline,
    signers,
  }: { readonly baseline: Baseline | null; readonly signers: Approvals["signers"] | null },
  problems: Problem[],
): Policy {
  const whole = asOne(own, base);
  const { data, source } = whole;
  const reader = new LayerReader(whole, problems);
  const top: Position = own.source.keyPosition(["version"]);
  const said = <T>(value: T | undefined, otherwise: T, path: Path, position = top): Placed<T> =>
    reader.placed(value, path) ?? { value: otherwise, position };
  const leaver = (key: Leaver): Placed<"revoke" | "report"> => {
    const listed = key === "offboarded" ? reader.placed(data.offboarded, ["offboarded"]) : null;
    return said(data.leavers?.[key], "revoke", ["leavers", key], listed?.position);
  };
  const defaults = reader.times(data.defaults, ["defaults"]);
  const completed = (parts: readonly AppPart[], times: TimeLimits, what: Listed): AppEntry[] =>
    parts.map((part) => complete(part, isShared(part, own, base), times, what, source.problemAt, problems));
  const isJudged = data.identityProviders !== undefined || data.unlistedIdentityProviders !== undefined;
  return {
    file: own.file,
    org:
      data.org === undefined
        ? null
        : {
            name: reader.named(data.org.name, ["org", "name"]),
            id: reader.id(data.org.id, parseOrgId, ["org", "id"]),
          },
    mode: said(data.mode, "enforce", ["mode"]),
    unlisted: said(data.unlisted, "report", ["unlisted"]), // the schema wants it of the file or of its base
    platformApps: platformAppsOf(reader, data, source.problemAt, problems),
    unknownUse: said(data.unknownUse, "report", ["unknownUse"]),
    limits: {
      ...DEFAULT_LIMITS,
      ...data.limits,
      position: reader.placed(data.limits, ["limits"])?.position ?? top,
    },
    approvals: approvalsOf(whole, signers, problems),
    defaults,
    unlistedScopes: reader.placed(data.unlistedScopes, ["unlistedScopes"]),
    apps: completed(reader.appParts(), defaults, "app"),
    appsLike: distinctPatterns(reader.appsLike()),
    identityProviders: isJudged
      ? {
          unlisted: said(
            data.unlistedIdentityProviders,
            "report",
            ["unlistedIdentityProviders"],
            reader.placed(data.identityProviders, ["identityProviders"])?.position,
          ),
          entries: completed(reader.identityProviderParts(), NO_TIMES, "identity provider"),
        }
      : null,
    offboarded: distinct(reader.names(data.offboarded, ["offboarded"])),
    leavers: { offboarded: leaver("offboarded"), inactive: leaver("inactive"), frozen: leaver("frozen") },
    highPrivilege: reader.highPrivilege(),
    protectedUsers: distinct(reader.names(data.protected?.users, ["protected", "users"])),
    protectedApps: distinct(reader.apps(data.protected?.apps, ["protected", "apps"])),
    exemptions: reader.exemptions(),
    maxExemptionDays: data.maxExemptionDays ?? DEFAULT_EXEMPTION_DAYS,
    sessions: data.sessions ?? "report",
    baseline,
    asWritten: source,
    problemAt: (position, said) =>
      (position.line > 0 && position.file === baseline?.file ? baseline : source).problemAt(position, said),
  };
}

/** Under `unlisted: revoke`, to leave it out would take the mobile app from everyone: it is said in so many words. */
function platformAppsOf(
  reader: LayerReader,
  { unlisted, platformApps }: PolicyFile,
  problemAt: Policy["problemAt"],
  problems: Problem[],
): Policy["platformApps"] {
  if (unlisted === "revoke" && platformApps === undefined) {
    const { position } = reader.placed(unlisted, ["unlisted"])!;
    problems.push(problemAt(position, policyProblems["platform-apps-not-said"]()));
  }
  return reader.placed(platformApps, ["platformApps"]);
}

/** Who must approve; what no number of approvals could be met by is a problem. */
function approvalsOf(
  { data, source }: Layer,
  signers: Approvals["signers"] | null,
  problems: Problem[],
): Approvals | null {
  const { approvals } = data;
  if (approvals === undefined) return null;
  const position = source.keyPosition(["approvals"]);
  if (signers === null) {
    problems.push(source.problemAt(position, policyProblems["approvals-without-signers"]()));
    return null;
  }
  const { required = 1, waivedFor = [] } = approvals;
  const people = peopleOf(signers.list).length;
  if (people < required) {
    const values = { required, file: signers.file, people: people === 1 ? "1 person" : `${people} people` };
    problems.push(source.problemAt(position, policyProblems["approvals-out-of-reach"](values)));
  }
  return { signers, required, waivedFor: [...new Set(waivedFor)].sort(), position };
}

/** Whether an entry stands in the extended policy alone. */
function isShared({ position }: AppPart, own: Layer, base: Layer | null): boolean {
  return base !== null && position.file === base.file && base.file !== own.file;
}

function complete(
  app: AppPart,
  shared: boolean,
  defaults: TimeLimits,
  what: Listed,
  problemAt: Policy["problemAt"],
  problems: Problem[],
): AppEntry {
  const { sanctioned, expected: _, expectedBy: __, ...rest } = app;
  const denied = sanctioned?.value === false ? sanctioned.position : null;
  const called = (app.name ?? app.id)?.value ?? "";
  if (app.id === null && app.name === null)
    problems.push(problemAt(app.position, policyProblems["app-without-name-and-id"]({ what })));
  else if (denied === null && app.users === null)
    problems.push(problemAt(app.position, policyProblems["app-without-users"]({ what, app: called })));
  else if (denied !== null && app.users !== null)
    problems.push(
      problemAt(
        app.users.position,
        policyProblems["denied-app-with-users"]({ what, app: called, denied: placeText(denied) }),
      ),
    );
  const saidSanctioned = sanctioned?.value === true;
  const expected = expectedOf(app, denied, called, problemAt, problems);
  return { ...rest, denied, saidSanctioned, shared, expected, times: firstTimes([app.times, defaults]) };
}

/** By when an app is to be there that an entry expects; half of what it takes to say so is a problem. */
function expectedOf(
  { expected, expectedBy: by, position }: AppPart,
  denied: Position | null,
  app: string,
  problemAt: Policy["problemAt"],
  problems: Problem[],
): AppEntry["expected"] {
  if (expected === null && by === null) return null;
  const at = expected?.position ?? by?.position ?? position;
  if (denied !== null)
    problems.push(problemAt(at, policyProblems["denied-app-expected"]({ app, denied: placeText(denied) })));
  else if (expected === null) problems.push(problemAt(at, policyProblems["expected-not-said"]({ app })));
  else if (by === null) problems.push(problemAt(at, policyProblems["expected-without-day"]({ app })));
  else return { position: expected.position, by };
  return null;
}

function firstTimes(all: readonly TimeLimits[]): TimeLimits {
  const of = (key: keyof TimeLimits) => all.map((times) => times[key]).find((days) => days !== null) ?? null;
  return {
    maxIdleDays: of("maxIdleDays"),
    maxAgeDays: of("maxAgeDays"),
    neverUsedAfterDays: of("neverUsedAfterDays"),
  };
}

function distinctPatterns(all: readonly AppsLike[]): AppsLike[] {
  const kept = new Set(distinct(all.map(({ pattern }) => pattern)));
  return all.filter(({ pattern }) => kept.has(pattern));
}

/** One of each, names without regard to case: what both files list is no mistake. */
function distinct<T extends string | AppRef>(list: readonly Placed<T>[]): Placed<T>[] {
  const files = new Map<string, string>();
  return list.filter(({ value, position }) => {
    const key = JSON.stringify(value).toLowerCase();
    const first = files.get(key);
    if (first === undefined) files.set(key, position.file);
    return first === undefined || first === position.file;
  });
}
