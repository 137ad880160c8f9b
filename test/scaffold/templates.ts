import { readFileSync } from "node:fs";
import path from "node:path";
import { WORKFLOW_TEMPLATES, type WorkflowTemplates } from "../../src/scaffold/workflows.ts";

const FOLDER = path.resolve(import.meta.dirname, "../../templates");

export const templates = Object.fromEntries(
  WORKFLOW_TEMPLATES.map((name) => [name, readFileSync(path.join(FOLDER, name), "utf8")]),
) as WorkflowTemplates;
