import { readFileSync } from "node:fs";
import type { FleetOrg } from "../fleet/orgs.ts";
import { TESTED_WITH, VERSION } from "../run/version.ts";
import type { Mark } from "../scaffold/mark.ts";
import { editorFiles } from "../scaffold/ownFiles.ts";
import type { Files, Versions } from "../scaffold/repository.ts";
import {
  githubWorkflows,
  gitlabPipeline,
  WORKFLOW_TEMPLATES,
  type WorkflowTemplates,
} from "../scaffold/workflows.ts";

/** The versions that a repository gets. */
export const VERSIONS: Versions = { sanctioned: VERSION, ...TESTED_WITH };

const WRITERS = { github: githubWorkflows, gitlab: gitlabPipeline } as const;

/**
 * The files of a repository that `upgrade` keeps in step with this version and with its orgs.
 * @throws UserError for what could not stand in a workflow
 */
export async function keptFiles(
  { ci, workflows }: Pick<Mark, "ci" | "workflows">,
  orgs: readonly FleetOrg[],
): Promise<Files> {
  const { PUBLISHED_SCHEMAS } = await import("./publishedSchemas.ts"); // their library is large
  const { policy, baseline, orgs: orgsSchema } = PUBLISHED_SCHEMAS;
  const templates = readTemplates();
  return new Map([
    ["Dockerfile", template("Dockerfile")],
    [".dockerignore", template("dockerignore")],
    ...editorFiles({ policy, baseline, orgs: orgsSchema }),
    ...ci.flatMap((forge) => [...WRITERS[forge](templates, orgs, workflows)]),
  ]);
}

function readTemplates(): WorkflowTemplates {
  return Object.fromEntries(WORKFLOW_TEMPLATES.map((name) => [name, template(name)])) as WorkflowTemplates;
}

/** The package's own. */
function template(name: string): string {
  return readFileSync(new URL(`../../templates/${name}`, import.meta.url), "utf8").replaceAll("\r\n", "\n");
}
