import { mkdir, mkdtemp, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Backend, Place } from "./backend.ts";

/** Pulumi's states in a folder that several checkouts share. @param root is removed by whoever made it */
export function fileBackend(root: string): Backend {
  return {
    name: "file",
    async place(): Promise<Place> {
      await mkdir(root, { recursive: true });
      const folder = await mkdtemp(path.join(root, "states-"));
      return {
        env: { PULUMI_BACKEND_URL: `file://${folder}` },
        secrets: [],
        reader: null, // root may write what nobody may
        contents: async () => {
          const entries = await readdir(folder, { recursive: true, withFileTypes: true });
          const files = entries.filter((entry) => entry.isFile());
          return new Map(
            await Promise.all(
              files.map(async ({ parentPath, name }) => {
                const file = path.join(parentPath, name);
                return [path.relative(folder, file), await readFile(file, "utf8")] as const;
              }),
            ),
          );
        },
      };
    },
    close: async () => undefined,
  };
}
