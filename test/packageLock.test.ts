import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

interface Locked {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
}

it("the lock file says what every installed package must hash to, and names no registry", () => {
  const text = readFileSync(path.resolve(import.meta.dirname, "../package-lock.json"), "utf8");
  const { packages } = JSON.parse(text) as { packages: Record<string, Locked> };
  const installed = Object.entries(packages).filter(
    ([folder, { link = false }]) => folder.includes("node_modules/") && !link,
  );
  const unproven = installed.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"));
  const resolved = installed.filter((entry) => entry[1].resolved !== undefined);
  expect([unproven, resolved].map((entries) => entries.map(([folder]) => folder))).toEqual([[], []]);
});
