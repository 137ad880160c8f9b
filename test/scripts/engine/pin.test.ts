import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkout, isRecentEnough, pinnedVersion } from "../../../scripts/engine/pin.ts";

const read = (file: string) => readFileSync(`${checkout}${file}`, "utf8");

describe("the pins", () => {
  test("of the engine's npm package, its SDK and its Go module are one number", () => {
    const { devDependencies } = JSON.parse(read("package.json"));
    const goModule = /^\s*github\.com\/pulumi\/pulumi\/pkg\/v3 v(\S+)/m.exec(
      read("engine/pulumi/go.mod"),
    )?.[1];
    expect({ sdk: devDependencies["@pulumi/pulumi"], goModule }).toEqual({
      sdk: pinnedVersion(),
      goModule: pinnedVersion(),
    });
  });

  test.each([
    ["engine/sdks", "pkg"],
    ["examples/go", "sdk"],
  ])("of %s is that number too", (folder, module) => {
    expect(read(`${folder}/go.mod`)).toContain(`github.com/pulumi/pulumi/${module}/v3 v${pinnedVersion()}\n`);
  });

  test("are exact and are what is installed", () => {
    expect(pinnedVersion()).toMatch(/^\d+\.\d+\.\d+$/);
    for (const name of ["pulumi", "@pulumi/pulumi"]) {
      expect(JSON.parse(read(`node_modules/${name}/package.json`)).version).toBe(pinnedVersion());
    }
  });

  test("are covered by checksums", () => {
    expect(read("engine/pulumi/go.sum")).toContain(`github.com/pulumi/pulumi/pkg/v3 v${pinnedVersion()} h1:`);
    const archives = ["darwin-x64", "darwin-arm64", "linux-arm64", "linux-x64"].map(
      (platform) => `  pulumi-v${pinnedVersion()}-${platform}.tar.gz`,
    );
    const lines = read("engine/checksums.txt").trimEnd().split("\n");
    expect(lines.map((line) => line.replace(/^[0-9a-f]{64}(?= )/, ""))).toEqual(archives);
    expect(read("engine/language-nodejs/go.sum")).toMatch(/github\.com\/pulumi\/pulumi\/sdk\/v3 v\S+ h1:/);
  });
});

describe("recent enough", () => {
  test.each(["3.259.0", "v3.259.0", "v3.259.1", "v3.260.0-alpha.1", "v3.1000.0"])("is %s", (found) => {
    expect(isRecentEnough(found, "3.259.0")).toBe(true);
  });

  test.each(["v3.258.9", "v3.99.0", "v3.259.0-alpha.1", "v2.300.0", "v4.0.0", "dev", ""])(
    "is not %j",
    (found) => {
      expect(isRecentEnough(found, "3.259.0")).toBe(false);
    },
  );

  test("compares Go's shorter versions too", () => {
    expect(isRecentEnough("1.26", "1.25.11")).toBe(true);
    expect(isRecentEnough("1.25.8", "1.25.11")).toBe(false);
  });
});
