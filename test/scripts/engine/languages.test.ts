import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ensureLanguages } from "../../../scripts/engine/languages.ts";
import { engineIn, goIn, machine, program, version } from "./fixture.ts";

const yaml = "pulumi-language-yaml";

describe("the host of a language", () => {
  test("is built beside an engine of ours that lacks it, once, and nothing else of the engine", async () => {
    const { home, path, options, installed, builds, said } = machine();
    const bin = engineIn(installed);
    goIn(path);
    const both = [ensureLanguages(["yaml", "go"], options), ensureLanguages(["go", "yaml"], options)];
    expect(await Promise.all(both)).toEqual([bin, bin]);
    expect(builds()).toBe(2); // one for each of the two hosts
    expect(said.join("\n")).toMatch(/building pulumi-language-\w+ and pulumi-language-\w+ from/);
    expect(readdirSync(installed)).toEqual(expect.arrayContaining([yaml, "pulumi-language-go", "pulumi"]));
    expect(readdirSync(join(home, "versions"))).toEqual([version]);
  });

  test("is built again where the one that is there was built from another pin", async () => {
    const { path, options, installed, builds } = machine();
    engineIn(installed);
    goIn(path);
    await ensureLanguages(["yaml"], options);
    const pin = join(installed, `${yaml}.pin`);
    const pinned = readFileSync(pin, "utf8");
    writeFileSync(pin, "of last year");
    await ensureLanguages(["yaml"], options);
    expect(builds()).toBe(2);
    expect(readFileSync(pin, "utf8")).toBe(pinned);
  });

  test("is taken from the engine that brings it, or from the PATH", async () => {
    const { path, options, installed, builds } = machine();
    goIn(path);
    const bin = engineIn(installed);
    program(installed, yaml, "exit 0");
    program(path, "pulumi-language-go", "exit 0");
    expect(await ensureLanguages(["yaml", "go"], options)).toBe(bin);
    expect(builds()).toBe(0);
  });

  test("is not put into somebody else's engine: what it lacks is named", async () => {
    const { path, options, builds } = machine();
    goIn(path);
    const bin = engineIn(path);
    await expect(ensureLanguages(["yaml"], options)).rejects.toThrow(
      `${bin} comes without ${yaml}. Put one beside it, or on the PATH.`,
    );
    expect(builds()).toBe(0);
    expect(existsSync(join(path, yaml))).toBe(false);
  });

  test("is named, with what went wrong, where it cannot be built, and none is left half", async () => {
    const { path, options, installed } = machine();
    engineIn(installed);
    await expect(ensureLanguages(["yaml"], options)).rejects.toThrow(
      `${yaml} is not there, and cannot be built: there is no go on the PATH; Go 1.25`,
    );
    goIn(path, { build: "echo broken >&2; exit 1" });
    await expect(ensureLanguages(["yaml"], options)).rejects.toThrow(`go could not build ${yaml}: broken`);
    expect(existsSync(join(installed, yaml))).toBe(false);
  });
});
