import type { PlatformKind } from "../platformApps.ts";
import type { AppEntry, Baseline, Policy } from "../policy/policy.ts";
import { placeText } from "../policy/policy.ts";
import type { PolicyFile } from "../policy/policySchema.ts";
import { type Path, pathText } from "../policy/source.ts";
import type { ResolvedPolicy } from "../resolve/resolved.ts";
import { refText } from "../salesforce/id.ts";
import { compareText } from "../text.ts";
import { accessPart } from "./allowsAccess.ts";
import type { Allows } from "./allowsSchema.ts";
import { digestOf } from "./digest.ts";
import type { Evaluation } from "./evaluate.ts";

/** What the policy of an evaluation allows, as a part of its plan file. Canonical. @param labels what people read for each app, by its key */
export function allowsPart(evaluation: Evaluation, labels: ReadonlyMap<string, string>): Allows {
  const { policy, resolved } = evaluation;
  // Plain data, whatever it was written in.
  const says = JSON.parse(JSON.stringify(policy.asWritten.data)) as PolicyFile;
  const platform = (kind: PlatformKind) =>
    [...resolved.platformApps].flatMap(([key, is]) => (is === kind ? [key] : [])).sort();
  const listedBy = listedByEntry(resolved, labels);
  return {
    says,
    places: placesOf(policy, says),
    listed: {
      apps: policy.apps.map(listedBy),
      identityProviders: (policy.identityProviders?.entries ?? []).map(listedBy),
    },
    platform: { proven: platform("proven"), named: platform("named") },
    signers:
      policy.approvals?.signers.list.map(({ fingerprint, principals, options }) => ({
        fingerprint,
        names: principals.join(","),
        options,
      })) ?? null,
    baseline: policy.baseline === null ? null : baselinePart(policy.baseline),
    access: accessPart(evaluation, labels),
  };
}

function listedByEntry(
  { listedApps }: ResolvedPolicy,
  labels: ReadonlyMap<string, string>,
): (entry: AppEntry) => Allows["listed"]["apps"][number] {
  const found = new Map([...listedApps].map(([key, { entry, app }]) => [entry, { key, name: app.name }]));
  return (entry) => {
    const app = found.get(entry);
    return app === undefined ? null : { key: app.key, label: labels.get(app.key) ?? app.name };
  };
}

/** Where people look first: the keys of the policy and of its maps, and each entry of its lists of maps. */
function placesOf({ asWritten }: Policy, says: PolicyFile): Record<string, string> {
  const entries = Object.entries(says).flatMap(([key, value]) => stepsIn(value).map((step) => [key, step]));
  const exceptions = stepsIn(says.highPrivilege?.exceptions).map((i) => ["highPrivilege", "exceptions", i]);
  const paths: Path[] = [...Object.keys(says).map((key) => [key]), ...entries, ...exceptions];
  return Object.fromEntries(paths.map((path) => [pathText(path), placeText(asWritten.position(path))]));
}

/** The keys of a map; the indexes of a list of maps. */
function stepsIn(value: unknown): (string | number)[] {
  if (typeof value !== "object" || value === null) return [];
  if (!Array.isArray(value)) return Object.keys(value);
  return value.flatMap((one, i) => (typeof one === "object" ? [i] : []));
}

/** A grant is told from another by 64 bits of a digest: a baseline can know tens of thousands. */
function baselinePart({ expires, written, grants }: Baseline): NonNullable<Allows["baseline"]> {
  const byApp = Map.groupBy(grants, ({ app }) => refText(app.value));
  return {
    expires: expires.value,
    written: written?.value ?? null,
    known: [...byApp]
      .sort(([a], [b]) => compareText(a, b))
      .map(([app, of]) => ({
        app,
        grants: of
          .map(({ app, user, granted }) =>
            digestOf([app.value, user.value.toLowerCase(), granted]).slice(0, 16),
          )
          .sort(),
      })),
  };
}
