import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

interface Locked {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const ROOT = path.resolve(import.meta.dirname, "..");
const read = (file: string) => JSON.parse(readFileSync(path.join(ROOT, file), "utf8"));

it.each(["package-lock.json", "scripts/consumers/oldest/package-lock.json", "site/package-lock.json"])(
  "%s says what every installed package must hash to, and names no registry",
  (file) => {
    const { packages } = read(file) as { packages: Record<string, Locked> };
    const installed = Object.entries(packages).filter(
      ([folder, { link = false }]) => folder.includes("node_modules/") && !link,
    );
    const unproven = installed.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"));
    const resolved = installed.filter((entry) => entry[1].resolved !== undefined);
    expect([unproven, resolved].map((entries) => entries.map(([folder]) => folder))).toEqual([[], []]);
  },
);

it("no package runs a script when it is installed, which could fetch what the lock file does not know", () => {
  const { packages } = read("package-lock.json") as { packages: Record<string, Locked> };
  const scripted = Object.entries(packages).flatMap(([folder, { hasInstallScript = false }]) =>
    hasInstallScript ? folder.replace(/^.*node_modules\//, "") : [],
  );
  const { allowScripts } = read("package.json") as { allowScripts: Record<string, boolean> };
  expect(allowScripts).toEqual(Object.fromEntries(scripted.map((name) => [name, false])));
});

it("nothing is installed that the lock file does not know, the Node that runs this included", () => {
  const { packages } = read("package-lock.json") as { packages: Record<string, Locked> };
  const found = globSync(
    ["node_modules/{*,@*/*}/package.json", "node_modules/{*,@*/*}/node_modules/{*,@*/*}/package.json"],
    { cwd: ROOT },
  ).map((file) => path.dirname(file));
  expect(found.length).toBeGreaterThan(300);
  expect(found.filter((folder) => packages[folder] === undefined)).toEqual([]);
});
