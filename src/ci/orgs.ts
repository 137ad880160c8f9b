import path from "node:path";
import type { Fleet } from "../fleet/orgs.ts";
import { compareText } from "../text.ts";
import { ciErrors } from "./errors.ts";

/** A job that a workflow has: of an org, in a wave. */
export interface OrgJob {
  readonly org: string;
  readonly wave: number;
}

/** @param text such as `1:acme` @throws UserError for anything else */
export function orgJob(text: string): OrgJob {
  const [, wave, org] = /^(\d{1,2}):([a-z0-9][a-z0-9-]*)$/.exec(text) ?? [];
  if (wave === undefined || org === undefined) throw ciErrors["job-not-named"]({ found: text });
  return { org, wave: Number(wave) };
}

/** @throws UserError where no job would update an org that a stack updates: it would be planned, and a run that ends well not apply it */
export function holdToJobs({ orgs, file }: Pick<Fleet, "orgs" | "file">, jobs: readonly OrgJob[]): void {
  const without = orgs.filter(
    ({ name, wave, stack }) => stack !== null && !jobs.some((job) => job.org === name && job.wave === wave),
  );
  if (without.length === 0) return;
  const names = without.map(({ name, wave }) => `${name} in wave ${wave}`).join(", ");
  throw ciErrors["org-without-job"]({ file, orgs: names });
}

/**
 * The folders that policies, and what they name, are in: those that the settings name, else each policy's own; none below another.
 * @param roots as the settings name them
 */
export function policyFolders({ orgs }: Pick<Fleet, "orgs">, roots: readonly string[]): string[] {
  const all = roots.length > 0 ? roots : orgs.map(({ policy }) => path.posix.dirname(policy));
  const folders = [...new Set(all.map((folder) => path.posix.normalize(folder).replace(/\/$/, "")))];
  return folders
    .filter((folder) => !folders.some((other) => folder.startsWith(`${other}/`)))
    .sort(compareText);
}
