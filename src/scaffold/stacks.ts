import { parse, YAMLParseError } from "yaml";
import { scaffoldErrors } from "./errors.ts";
import { type Files, stackFile, stackText } from "./repository.ts";
import type { Step } from "./steps.ts";

export const PROJECT_FILE = "Pulumi.yaml";

/** An org of `orgs.yaml`, as far as its stack's config has to agree. */
interface StackOrg {
  readonly name: string;
  readonly policy: string;
  readonly stack: string | null;
}

/** The file of each stack that `orgs.yaml` names. A stack of a service is named with its organization and project. */
export function stackFiles(orgs: readonly StackOrg[]): string[] {
  return orgs.flatMap(({ stack }) => (stack === null ? [] : fileOf(stack)));
}

function fileOf(stack: string): string {
  return stackFile(stack.split("/").at(-1)!);
}

/**
 * The stacks' files that are missing, as steps, and where one has another policy than `orgs.yaml`: what is planned there and what
 * is updated here would differ. Pure.
 * @param projectText Pulumi.yaml @throws UserError where a file is not of its form
 */
export function stackSteps(
  projectText: string,
  orgs: readonly StackOrg[],
  present: Files,
): { readonly steps: Step[]; readonly differing: readonly Differing[] } {
  const project = fields(projectText, PROJECT_FILE).name;
  if (typeof project !== "string")
    throw scaffoldErrors["repository-file-not-valid"]({
      file: PROJECT_FILE,
      why: "does not name the project",
    });
  const steps: Step[] = [];
  const differing: Differing[] = [];
  for (const { name, policy, stack } of orgs) {
    if (stack === null) continue;
    const path = fileOf(stack);
    const text = present.get(path);
    if (text === undefined) {
      steps.push({ path, kind: "new", present: null, offered: stackText(project, policy) });
      continue;
    }
    const { config } = fields(text, path);
    const found = isMap(config) ? config[`${project}:policy`] : undefined;
    if (found !== policy) differing.push({ path, org: name, policy, key: `${project}:policy`, found });
  }
  return { steps, differing };
}

/** A stack whose config does not say the policy that `orgs.yaml` says. */
export interface Differing {
  readonly path: string;
  readonly org: string;
  readonly policy: string;
  readonly key: string;
  readonly found: unknown;
}

function fields(text: string, file: string): Record<string, unknown> {
  try {
    const value: unknown = parse(text, { maxAliasCount: 0 });
    if (isMap(value)) return value;
  } catch (error) {
    if (!(error instanceof YAMLParseError || error instanceof ReferenceError)) throw error;
  }
  throw scaffoldErrors["repository-file-not-valid"]({ file, why: "is not what Pulumi takes" });
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
