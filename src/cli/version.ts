import { createRequire } from "node:module";
import path from "node:path";
import { TESTED_WITH, VERSION } from "../run/version.ts";

/** What a bug report needs: this tool first, then what runs it, and the engine of the project in this folder. */
export function versionText(): string {
  const pulumi = installed("pulumi");
  const engine =
    pulumi === null
      ? "pulumi is not installed in this project"
      : `pulumi ${pulumi}${pulumi === TESTED_WITH.pulumi ? "" : `, tested with ${TESTED_WITH.pulumi}`}`;
  return `sanctioned ${VERSION}\nnode ${process.versions.node} (${process.platform}-${process.arch})\n${engine}\n`;
}

/** The version of a package that the project in this folder has, as its manifest says; null for none. */
function installed(name: string): string | null {
  try {
    const require = createRequire(path.join(process.cwd(), "package.json"));
    return (require(`${name}/package.json`) as { readonly version: string }).version;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return null;
    throw error;
  }
}
