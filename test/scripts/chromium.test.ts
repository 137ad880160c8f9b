import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureChromium } from "../../scripts/chromium.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-chromium-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, script = ""): string {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}`);
  chmodSync(file, 0o755);
  return file;
}

describe("the Chromium for tests", () => {
  it("is the one that SANCTIONED_CHROMIUM names, before any on the PATH", async () => {
    program("chromium");
    const named = program("my-chrome");
    expect(await ensureChromium({ env: { PATH: folder, SANCTIONED_CHROMIUM: named } })).toBe(named);
  });

  it("is not another where SANCTIONED_CHROMIUM names none", async () => {
    program("chromium");
    const env = { PATH: folder, SANCTIONED_CHROMIUM: path.join(folder, "gone") };
    await expect(ensureChromium({ env })).rejects.toThrow(
      /^SANCTIONED_CHROMIUM is .*gone, which is no program: install it/,
    );
  });

  it.each(["chromium", "chromium-browser", "google-chrome"])("is found on the PATH as %s", async (name) => {
    const file = program(name);
    expect(await ensureChromium({ env: { PATH: `/nowhere::${folder}` } })).toBe(file);
  });

  it("is told how to install where it cannot be", async () => {
    await expect(ensureChromium({ mayInstall: true, env: { PATH: folder } })).rejects.toThrow(
      /^There is no Chromium on the PATH.*: install it \(Debian: `apt-get install chromium`\) or set SANCTIONED_CHROMIUM to the path of a Chromium or Chrome\.$/,
    );
  });

  it("is not installed where nobody asked for that", async () => {
    program("apt-get", `touch ${path.join(folder, "called")}`);
    await expect(ensureChromium({ env: { PATH: folder } })).rejects.toThrow(
      /^There is no Chromium on the PATH: run `npm run setup` as root, or install it/,
    );
    expect(existsSync(path.join(folder, "called"))).toBe(false);
  });

  it.runIf(process.getuid?.() === 0)("is installed by one of several processes", async () => {
    const made = path.join(folder, "chromium");
    const log = path.join(folder, "log");
    program(
      "apt-get",
      `echo "$*" >> ${log}\ncase "$*" in *install*) /bin/sleep 0.3; echo > ${made}; /bin/chmod 755 ${made};; esac\n`,
    );
    const asked = { mayInstall: true, env: { PATH: folder } };
    expect(await Promise.all([ensureChromium(asked), ensureChromium(asked)])).toEqual([made, made]);
    expect(readFileSync(log, "utf8").trim().split("\n")).toEqual([
      "-qq -o DPkg::Lock::Timeout=300 update",
      "-qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends chromium",
    ]);
  });
});
