import manifest from "../../../package.json" with { type: "json" };

/** This tool, as SARIF names the one that a result is from. */
export const TOOL = { toolDriverName: "sanctioned", toolDriverVersion: manifest.version };

/** A file's name, relative to the repository, as a URI. */
export function fileUri(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}
