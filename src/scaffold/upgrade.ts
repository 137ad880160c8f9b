import { printable } from "../printable.ts";
import { amount } from "../text.ts";
import { differenceText } from "./difference.ts";
import { scaffoldErrors } from "./errors.ts";
import { MANIFEST, manifestWith, type OwnVersion, type Packages, versionsIn } from "./manifest.ts";
import { isLater, MARK_FILE, type Mark, markText } from "./mark.ts";
import type { Files } from "./repository.ts";
import type { Differing } from "./stacks.ts";
import { type Step, settled, stepsOf } from "./steps.ts";

/** A repository as it is, and what this version of the tool would write of it. */
export interface Standing {
  readonly markText: string;
  readonly mark: Mark;
  readonly manifest: string;
  /** The files that are there, of those that the mark or `offered` name. */
  readonly present: Files;
  readonly offered: Files;
  readonly packages: Packages;
  readonly version: string;
  readonly stacks: { readonly steps: readonly Step[]; readonly differing: readonly Differing[] };
}

/** What the team says of its own: paths whose text of this version it takes, or whose own it keeps for good. */
export interface Choices {
  readonly take: readonly string[];
  readonly keep: readonly string[];
}

export interface Upgrade {
  /** What is written, in that order; the mark last. */
  readonly changes: readonly Step[];
  /** What the team changed and this version has another way, and so is left. */
  readonly left: readonly Step[];
  readonly leftVersions: readonly OwnVersion[];
  readonly differing: readonly Differing[];
}

/**
 * What an upgrade does. Pure.
 * @throws UserError where a later version made the repository, or a choice is of nothing that is left
 */
export function upgradeOf(standing: Standing, { take, keep }: Choices): Upgrade {
  const { mark, version, offered, packages, stacks } = standing;
  if (isLater(mark.version, version))
    throw scaffoldErrors["made-by-later-version"]({ made: mark.version, own: version });
  const steps = stepsOf(mark, standing.present, offered);
  const yours = steps.filter(({ kind }) => kind === "yours");
  const own = manifestWith(standing.manifest, mark, packages, false).yours;
  const known = [...yours.map(({ path }) => path), ...(own.length === 0 ? [] : [MANIFEST])];
  const unknown = [...take, ...keep].find((path) => !known.includes(path));
  if (unknown !== undefined) throw scaffoldErrors["path-not-of-upgrade"]({ path: unknown });

  const isLeft = (path: string) => !take.includes(path) && !keep.includes(path);
  const left = yours.filter(({ path }) => isLeft(path));
  const manifest = manifestWith(standing.manifest, mark, packages, take.includes(MANIFEST));
  const leftVersions = isLeft(MANIFEST) ? own : [];
  const written = [
    ...steps.filter(({ kind, path }) => kind !== "yours" || take.includes(path)),
    ...stacks.steps,
    ...changed(MANIFEST, standing.manifest, manifest.text),
  ];
  const nextMark = markText({
    version,
    ci: mark.ci,
    workflows: mark.workflows,
    files: settled(mark.files, offered, new Set(left.map(({ path }) => path))),
    packages: { ...versionsIn(packages), ...basesOf(leftVersions, mark) },
  });
  return {
    changes: [...written, ...changed(MARK_FILE, standing.markText, nextMark)],
    left,
    leftVersions,
    differing: stacks.differing,
  };
}

function changed(path: string, present: string, offered: string): Step[] {
  return present.replaceAll("\r\n", "\n") === offered.replaceAll("\r\n", "\n")
    ? []
    : [{ path, kind: "changed", present, offered }];
}

/** What was offered last of the packages that are left. */
function basesOf(left: readonly OwnVersion[], { packages }: Mark): Record<string, string> {
  return Object.fromEntries(
    left.flatMap(({ name }) => (packages[name] === undefined ? [] : [[name, packages[name]]])),
  );
}

/** Whether anything would be written, or is left to be settled. */
export function isInStep({ changes, left, leftVersions, differing }: Upgrade): boolean {
  return changes.length + left.length + leftVersions.length + differing.length === 0;
}

const KINDS = { new: "new", changed: "changed", removed: "removed", yours: "yours" } as const;

/** What an upgrade does, for people: each change as a diff, then what is left, and how to settle that. @param isDone or would be */
export function upgradeText(upgrade: Upgrade, { mark, version }: Standing, isDone: boolean): string {
  const { changes, left, leftVersions, differing } = upgrade;
  const from = mark.version === version ? version : `${mark.version}, and this is ${version}`;
  const files = changes.filter(({ path }) => path !== MARK_FILE);
  return [
    `This repository was written by sanctioned ${from}.\n`,
    ...files.map((step) => `\n${KINDS[step.kind]}: ${printable(step.path)}\n${shown(step)}`),
    ...left.map(leftText),
    ...leftVersions.map(leftVersionText),
    ...differing.map(differingText),
    `\n${summary(upgrade, files.length, isDone)}\n`,
  ].join("");
}

function shown({ path, present, offered }: Step): string {
  return differenceText(path, present, offered);
}

function leftText(step: Step): string {
  const path = printable(step.path);
  const what =
    step.present === null
      ? "you took it away"
      : step.offered === null
        ? "it is not written any more"
        : "you changed it";
  return (
    `\nyours: ${path} (${what}; this version has another). From yours to this version's:\n${shown(step)}` +
    `  to take this version's: npx sanctioned upgrade --take ${path}\n` +
    `  to keep yours:          npx sanctioned upgrade --keep ${path}\n`
  );
}

function leftVersionText({ name, present, offered }: OwnVersion): string {
  const yours = present === null ? "not there" : printable(present);
  return (
    `\nyours: ${name} in ${MANIFEST} is ${yours}; this version was tested with ${offered}.\n` +
    `  to take that:  npx sanctioned upgrade --take ${MANIFEST}\n` +
    `  to keep yours: npx sanctioned upgrade --keep ${MANIFEST}\n`
  );
}

function differingText({ path, org, policy, key, found }: Differing): string {
  const has = found === undefined ? "has no policy" : `has the policy ${printable(String(found))}`;
  return (
    `\ndiffers: ${printable(path)} ${has}, and orgs.yaml says ${printable(policy)} of ${org}: an update would not be what was planned.\n` +
    `  write ${printable(key)}: ${printable(policy)} under config there, or correct orgs.yaml\n`
  );
}

function summary(upgrade: Upgrade, files: number, isDone: boolean): string {
  if (isInStep(upgrade)) return "Nothing would change.";
  const { changes, left, leftVersions, differing } = upgrade;
  const open = left.length + leftVersions.length + differing.length;
  const rest =
    open === 0 ? "" : ` ${amount(open, "thing")} above ${open === 1 ? "is" : "are"} left for you to settle.`;
  if (files === 0 && changes.length === 0)
    return `Nothing ${isDone ? "was written" : "would be written"}.${rest}`;
  const what = files === 0 ? `The version in ${MARK_FILE}` : amount(files, "file");
  if (!isDone) return `${what} would change: \`npx sanctioned upgrade\` writes that.${rest}`;
  const install = changes.some(({ path }) => path === MANIFEST)
    ? " Run `npm install`, then commit."
    : " Commit it.";
  return `${what} changed.${install}${rest}`;
}
