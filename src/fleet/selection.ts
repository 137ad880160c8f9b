import { didYouMean } from "../policy/nearest.ts";
import { fleetErrors } from "./errors.ts";
import type { Fleet, FleetOrg } from "./orgs.ts";

/** Which orgs of a fleet are meant; each that is given narrows it. */
export interface Selection {
  readonly only?: readonly string[];
  /** Orgs that have any of them. */
  readonly tag?: readonly string[];
  /** A commit of git. */
  readonly changedSince?: string;
}

/**
 * The orgs that are meant, in the order of the file. Pure.
 * @param hasChanged of an org, whether anything that decides for it changed since the commit that is named
 * @throws UserError for a name or a tag that no org has, and where nothing is left
 */
export function selectOrgs(
  fleet: Fleet,
  { only = [], tag = [], changedSince }: Selection,
  hasChanged: (org: FleetOrg) => boolean = () => true,
): { readonly orgs: readonly FleetOrg[]; readonly notSelected: readonly string[] } {
  const { file } = fleet;
  const names = fleet.orgs.map(({ name }) => name);
  const tags = [...new Set(fleet.orgs.flatMap((org) => org.tags))];
  for (const name of only)
    if (!names.includes(name))
      throw fleetErrors["org-not-in-fleet"]({ name, file, remedy: suggestion(name, names) });
  for (const one of tag)
    if (!tags.includes(one))
      throw fleetErrors["tag-not-in-fleet"]({ tag: one, file, remedy: suggestion(one, tags) });
  const named = fleet.orgs.filter(
    (org) =>
      (only.length === 0 || only.includes(org.name)) &&
      (tag.length === 0 || tag.some((one) => org.tags.includes(one))),
  );
  if (named.length === 0) throw fleetErrors["nothing-selected"]({ file, options: "--only and --tag" });
  // That nothing changed is an answer, not a mistake.
  const orgs = changedSince === undefined ? named : named.filter(hasChanged);
  return { orgs, notSelected: names.filter((name) => !orgs.some((org) => org.name === name)) };
}

function suggestion(text: string, known: readonly string[]): string {
  const words = didYouMean(
    text,
    known,
    known.length === 0 ? "none is given" : `known: ${known.slice(0, 20).join(", ")}`,
  );
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.?]$/.test(words) ? "" : "."}`;
}
