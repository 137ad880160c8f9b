import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { installInto, packTarballs, ROOT } from "./tarballs.ts";

/**
 * The folder of somebody who has installed the package from its tarball, and Pulumi's SDK, in copies of their own: what stands
 * beside this checkout's is not found from there, its compiler neither. The caller removes it.
 */
export async function consumersFolder(): Promise<string> {
  const { sanctioned } = await packTarballs();
  const home = mkdtempSync(path.join(tmpdir(), "sanctioned-consumer-"));
  installInto(home, ["@pulumi", "typescript", "ts-node"]);
  const installed = path.join(home, "node_modules");
  mkdirSync(path.join(installed, "@pulumi"));
  cpSync(path.join(ROOT, "node_modules/@pulumi/pulumi"), path.join(installed, "@pulumi/pulumi"), {
    recursive: true,
  });
  cpSync(sanctioned.folder, path.join(installed, "sanctioned"), { recursive: true });
  writeFileSync(path.join(home, "package.json"), JSON.stringify({ name: "acme", version: "1.0.0" }));
  return home;
}
