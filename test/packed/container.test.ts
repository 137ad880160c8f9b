import { execFile, spawnSync } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { PROGRAMS } from "../../scripts/container/image.ts";

const SCRIPT = path.resolve(import.meta.dirname, "../../scripts/container.ts");
const hasBuilder =
  process.getuid?.() === 0 &&
  PROGRAMS.every((name) => spawnSync("sh", ["-c", `command -v ${name}`]).status === 0);

/** Where there is none, test/scaffold/container.test.ts still lints the file and plays its steps. */
it.skipIf(!hasBuilder)(
  `a new repository's container is built and revokes on record (skipped where root has no ${PROGRAMS.join(" and ")})`,
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT], { maxBuffer: 64 * 1024 * 1024 });
    expect(JSON.parse(stdout)).toEqual({ builder: "buildah", wrong: [] });
  },
  1_200_000,
);
