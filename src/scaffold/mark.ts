import { createHash } from "node:crypto";
import { scaffoldErrors } from "./errors.ts";
import type { Ci } from "./repository.ts";
import { CHAT_SINKS, FAIL_ON, WORKFLOW_DEFAULTS, type WorkflowSettings } from "./workflows.ts";

/** The file that says what made a repository: which version, for which forges, and what it wrote. */
export const MARK_FILE = ".sanctioned.json";

export interface Mark {
  readonly version: string;
  readonly ci: readonly Ci[];
  /** The team's, to be edited: `upgrade` writes the workflows by them. */
  readonly workflows: WorkflowSettings;
  /** Digests of the files that `upgrade` keeps in step, as they were offered last, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Versions of packages, as they were offered last, by name. */
  readonly packages: Readonly<Record<string, string>>;
}

const CIS: readonly Ci[] = ["github", "gitlab"];

/** Of a text, whatever its line ends: git may write others. */
export function digestOf(text: string): string {
  return `sha256-${createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex")}`;
}

export function markText({ version, ci, workflows, files, packages }: Mark): string {
  const sorted = (record: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
  const mark = { version, ci, workflows, files: sorted(files), packages: sorted(packages) };
  return `${JSON.stringify(mark, null, 2)}\n`;
}

/** @throws UserError for what is no mark: it may have been edited, or merged by hand */
export function parseMark(text: string): Mark {
  const value = parsed(text);
  const {
    version,
    ci,
    workflows: said,
    files,
    packages,
  } = (isRecord(value) ? value : {}) as Record<string, unknown>;
  // A version before did not know every setting.
  const workflows = isRecord(said) ? { ...WORKFLOW_DEFAULTS, ...said } : said;
  const isMark =
    typeof version === "string" &&
    VERSION.test(version) &&
    Array.isArray(ci) &&
    ci.every((one) => CIS.includes(one)) &&
    areSettings(workflows) &&
    isRecord(files) &&
    Object.entries(files).every(
      ([path, digest]) => isOwnPath(path) && /^sha256-[0-9a-f]{64}$/.test(String(digest)),
    ) &&
    isRecord(packages) &&
    Object.values(packages).every((one) => typeof one === "string");
  if (!isMark) throw notValid("is not what `sanctioned` wrote");
  return { version, ci, workflows, files, packages } as Mark;
}

/** What stands in a workflow is held to be plain where that is written. */
function areSettings(value: unknown): value is WorkflowSettings {
  if (!isRecord(value) || Object.keys(value).sort().join() !== Object.keys(WORKFLOW_DEFAULTS).sort().join())
    return false;
  const { branch, requiredApprovals, maxParallel, failOn, driftTo, aws } = value;
  const isCount = (one: unknown, least: number) =>
    Number.isInteger(one) && Number(one) >= least && Number(one) <= 20;
  return (
    typeof branch === "string" &&
    isCount(requiredApprovals, 0) &&
    isCount(maxParallel, 1) &&
    (failOn === null || FAIL_ON.some((one) => one === failOn)) &&
    Array.isArray(driftTo) &&
    new Set(driftTo).size === driftTo.length &&
    driftTo.every((sink) => CHAT_SINKS.includes(sink)) &&
    (aws === null || areRoles(aws))
  );
}

function areRoles(value: unknown): boolean {
  return (
    isRecord(value) &&
    Object.keys(value).sort().join() === "preview,production,region" &&
    Object.values(value).every((one) => typeof one === "string")
  );
}

const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?$/;

/** The places in which a version of this package wrote, or may write: a mark names no file elsewhere. */
function isOwnPath(path: string): boolean {
  return /^(\.github\/workflows|\.gitlab|\.vscode|schema)\/[\w-][\w.-]*$|^(\.gitlab-ci\.yml|Dockerfile|\.dockerignore)$/.test(
    path,
  );
}

/** Whether one version is later than another: by its numbers, and one that is announced before the one that it announces. */
export function isLater(one: string, other: string): boolean {
  const [a, b] = [VERSION.exec(one), VERSION.exec(other)];
  if (a === null || b === null) return false;
  for (const part of [1, 2, 3]) {
    const difference = Number(a[part]) - Number(b[part]);
    if (difference !== 0) return difference > 0;
  }
  const [before, otherBefore] = [a[4] ?? null, b[4] ?? null];
  if (before === null || otherBefore === null) return before === null && otherBefore !== null;
  return before.localeCompare(otherBefore, "en", { numeric: true }) > 0;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw notValid("is not JSON");
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function notValid(why: string) {
  return scaffoldErrors["repository-file-not-valid"]({ file: MARK_FILE, why });
}
