import { createRequire } from "node:module";

const { version } = createRequire(import.meta.url)("../../../package.json") as { version: string };

/** This tool, as SARIF names the one that a result is from. */
export const TOOL = { toolDriverName: "sanctioned", toolDriverVersion: version };

/** A file's name, relative to the repository, as a URI. */
export function fileUri(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}
