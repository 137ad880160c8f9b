import { existsSync } from "node:fs";
import path from "node:path";

/** The folder of the nearest Pulumi.yaml. The provider runs in the program's folder, which may lie below it. */
export function projectFolder(from = process.cwd()): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "Pulumi.yaml")) || existsSync(path.join(folder, "Pulumi.yml")))
      return folder;
    if (path.dirname(folder) === folder) return from;
  }
}
