import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { schemaText } from "../../src/plugin/schema.ts";
import { SETTINGS } from "../../src/plugin/settings.ts";
import { readRunSettings } from "../../src/run/settings.ts";
import { VERSION } from "../../src/run/version.ts";
import { SETTING_KEYS } from "../../src/salesforce/settingKeys.ts";

const file = path.resolve(import.meta.dirname, "../../schema/pulumi-package.json");

describe("the schema of the Pulumi package", () => {
  it("is what the plugin says now (npm run schema)", () => {
    expect(readFileSync(file, "utf8")).toBe(schemaText(VERSION));
  });

  it("has a setting for each key that a run reads of a stack's config", () => {
    const asked = new Set<string>(SETTING_KEYS);
    readRunSettings((key) => {
      asked.add(key);
      return undefined;
    }, {});
    expect(Object.keys(SETTINGS).sort()).toEqual([...asked].sort());
  });

  it("marks as secret what is one", () => {
    const { config, provider } = JSON.parse(schemaText(VERSION));
    for (const settings of [config.variables, provider.inputProperties])
      expect(Object.keys(settings).filter((key) => settings[key].secret)).toEqual([
        "accessToken",
        "clientSecret",
        "privateKey",
      ]);
  });
});
