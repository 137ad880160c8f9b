import { type AppRef, parseOrgId } from "../salesforce/id.ts";
import { policyProblems } from "./errors.ts";
import { type AppPart, type Layer, LayerReader } from "./layer.ts";
import {
  type AppEntry,
  type Baseline,
  type Leaver,
  type Limits,
  type Placed,
  type Policy,
  type Position,
  placeText,
  type TimeLimits,
} from "./policy.ts";
import type { Problem } from "./problem.ts";
import type { Path } from "./source.ts";

const DEFAULT_LIMITS = { revocations: 50, percent: 25, perApp: 50 };
const DEFAULT_EXEMPTION_DAYS = 180;

/**
 * One policy of a file and the one that it extends, if any. What the file itself says wins: key by key
 * for maps, entry by entry for apps (matched by id, else by name); lists of users and exemptions add up.
 * Each value keeps the place that it comes from. What only shows once both are there goes to `problems`.
 */
export function mergeLayers(
  own: Layer,
  base: Layer | null,
  baseline: Baseline | null,
  problems: Problem[],
): Policy {
  const layers = base === null ? [own] : [own, base];
  const readers = layers.map((layer) => ({ layer, reader: new LayerReader(layer, problems) }));
  const problemAt: Policy["problemAt"] = (position, said) =>
    (position.line > 0 ? (layers.find(({ file }) => file === position.file) ?? own) : own).source.problemAt(
      position,
      said,
    );
  const top: Position = own.source.keyPosition(["version"]);
  /** The value of the first file that says it. */
  const first = <T>(get: (data: Layer["data"]) => T | undefined, path: Path): Placed<T> | null => {
    for (const { layer, reader } of readers) {
      const placed = reader.placed(get(layer.data), path);
      if (placed) return placed;
    }
    return null;
  };
  const all = <T>(read: (reader: LayerReader, layer: Layer) => readonly T[]): T[] =>
    readers.flatMap(({ reader, layer }) => read(reader, layer));

  const unlisted = first((data) => data.unlisted, ["unlisted"]);
  const defaults = firstTimes(
    readers.map(({ reader, layer }) => reader.times(layer.data.defaults, ["defaults"])),
  );
  const leaver = (key: Leaver): Placed<"revoke" | "report"> =>
    first((data) => data.leavers?.[key], ["leavers", key]) ?? {
      value: "revoke",
      position:
        key === "offboarded" ? (first((data) => data.offboarded, ["offboarded"])?.position ?? top) : top,
    };
  const orgOf = readers.find(({ layer }) => layer.data.org !== undefined);
  return {
    file: own.file,
    org:
      orgOf === undefined
        ? null
        : {
            name: orgOf.reader.named(orgOf.layer.data.org?.name, ["org", "name"]),
            id: orgOf.reader.id(orgOf.layer.data.org?.id, parseOrgId, ["org", "id"]),
          },
    mode: first((data) => data.mode, ["mode"]) ?? { value: "enforce", position: top },
    unlisted: unlisted ?? { value: "report", position: top }, // the schema wants it of the file or of its base
    unknownUse: first((data) => data.unknownUse, ["unknownUse"]) ?? { value: "report", position: top },
    limits: mergeLimits(first, top),
    defaults,
    apps: mergeApps(
      readers.map(({ reader }) => reader.appParts()),
      defaults,
      problemAt,
      problems,
    ),
    offboarded: distinct(all((reader, { data }) => reader.names(data.offboarded, ["offboarded"]))),
    leavers: { offboarded: leaver("offboarded"), inactive: leaver("inactive"), frozen: leaver("frozen") },
    highPrivilege:
      readers.map(({ reader }) => reader.highPrivilege()).find((found) => found !== null) ?? null,
    protectedUsers: distinct(
      all((reader, { data }) => reader.names(data.protected?.users, ["protected", "users"])),
    ),
    protectedApps: distinct(
      all((reader, { data }) => reader.apps(data.protected?.apps, ["protected", "apps"])),
    ),
    exemptions: all((reader) => reader.exemptions()),
    maxExemptionDays:
      first((data) => data.maxExemptionDays, ["maxExemptionDays"])?.value ?? DEFAULT_EXEMPTION_DAYS,
    sessions: first((data) => data.sessions, ["sessions"])?.value ?? "report",
    baseline,
    problemAt,
  };
}

function mergeLimits(
  first: <T>(get: (data: Layer["data"]) => T | undefined, path: Path) => Placed<T> | null,
  top: Position,
): Limits {
  const of = (key: keyof typeof DEFAULT_LIMITS) =>
    first((data) => data.limits?.[key], ["limits", key])?.value ?? DEFAULT_LIMITS[key];
  return {
    revocations: of("revocations"),
    percent: of("percent"),
    perApp: of("perApp"),
    position: first((data) => data.limits, ["limits"])?.position ?? top,
  };
}

function firstTimes(all: readonly TimeLimits[]): TimeLimits {
  const of = (key: keyof TimeLimits) => all.map((times) => times[key]).find((days) => days !== null) ?? null;
  return {
    maxIdleDays: of("maxIdleDays"),
    maxAgeDays: of("maxAgeDays"),
    neverUsedAfterDays: of("neverUsedAfterDays"),
  };
}

/** An app of the extended policy is completed by the entry of the same id or name, or stands by itself. */
function mergeApps(
  [own = [], base = []]: readonly (readonly AppPart[])[],
  defaults: TimeLimits,
  problemAt: Policy["problemAt"],
  problems: Problem[],
): AppEntry[] {
  const used = new Set<AppPart>();
  const same = (app: AppPart) =>
    base.find(({ id }) => id !== null && id.value === app.id?.value) ??
    base.find(
      ({ id, name }) => name !== null && name.value === app.name?.value && (id === null || app.id === null),
    );
  const merged = own.map((app): AppPart => {
    const shared = same(app);
    if (shared === undefined) return app;
    used.add(shared);
    return {
      ...app,
      id: app.id ?? shared.id,
      name: app.name ?? shared.name,
      sanctioned: app.sanctioned ?? shared.sanctioned,
      mode: app.mode ?? shared.mode,
      owner: app.owner ?? shared.owner,
      reason: app.reason ?? shared.reason,
      reviewBy: app.reviewBy ?? shared.reviewBy,
      users: app.users ?? shared.users,
      scopes: app.scopes ?? shared.scopes,
      settings: app.settings ?? shared.settings,
      times: firstTimes([app.times, shared.times]),
    };
  });
  const complete = (app: AppPart, shared: boolean): AppEntry => {
    const { sanctioned, ...rest } = app;
    const denied = sanctioned?.value === false ? sanctioned.position : null;
    const called = (app.name ?? app.id)?.value ?? "";
    if (app.id === null && app.name === null)
      problems.push(problemAt(app.position, policyProblems["app-without-name-and-id"]()));
    else if (denied === null && app.users === null)
      problems.push(problemAt(app.position, policyProblems["app-without-users"]({ app: called })));
    else if (denied !== null && app.users !== null)
      problems.push(
        problemAt(
          app.users.position,
          policyProblems["denied-app-with-users"]({ app: called, denied: placeText(denied) }),
        ),
      );
    return { ...rest, denied, shared, times: firstTimes([app.times, defaults]) };
  };
  return [
    ...merged.map((app) => complete(app, false)),
    ...base.filter((app) => !used.has(app)).map((app) => complete(app, true)),
  ];
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
