import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ensureEngine } from "../../../scripts/engine.ts";
import { archive, engineIn, goIn, helpers, machine, program, releases, version } from "./fixture.ts";

const leftovers = (home: string) => readdirSync(join(home, "versions")).filter((name) => name !== version);

describe("a pulumi on the PATH", () => {
  test("is taken when it is of the pinned version", async () => {
    const { path, options } = machine();
    const bin = engineIn(path);
    expect(await ensureEngine(options)).toEqual({ bin, way: "path" });
  });

  test("is taken when it is newer, and the message says what npx would do", async () => {
    const { path, options, said } = machine();
    const bin = engineIn(path, "v3.999.0");
    expect(await ensureEngine(options)).toEqual({ bin, way: "path" });
    expect(said.join("\n")).toContain("`npx pulumi` would download its own");
  });

  test("is taken before an installed one", async () => {
    const { path, options, installed } = machine();
    engineIn(installed);
    const bin = engineIn(path);
    expect(await ensureEngine(options)).toEqual({ bin, way: "path" });
  });

  test("is passed over when it is older, of another major version, or does not start", async () => {
    for (const tells of ["v3.1.0", "v4.0.0", `v${version}-alpha.1`, "; exit 1"]) {
      const { path, options, installed } = machine();
      engineIn(path, tells);
      const bin = engineIn(installed);
      expect(await ensureEngine(options)).toEqual({ bin, way: "installed" });
    }
  });

  test("is passed over without the Node language host", async () => {
    const { path, options, installed } = machine();
    engineIn(path);
    rmSync(join(path, helpers[0]!));
    engineIn(installed);
    expect(await ensureEngine(options)).toMatchObject({ way: "installed" });
  });

  test("may have its helpers elsewhere on the PATH", async () => {
    const { path, options } = machine();
    const other = join(path, "other");
    for (const name of helpers) program(other, name, "exit 0");
    const bin = program(path, "pulumi", `echo v${version}`);
    const env = { ...options.env, PATH: `${path}:${other}` };
    expect(await ensureEngine({ ...options, env })).toEqual({ bin, way: "path" });
  });

  test("is no engine when it is npm's wrapper, linked from anywhere", async () => {
    const { path, options, installed } = machine();
    engineIn(path);
    rmSync(join(path, "pulumi"));
    const wrapper = program(join(path, "node_modules/pulumi"), "run.js", `echo v${version}`);
    symlinkSync(wrapper, join(path, "pulumi"));
    engineIn(installed);
    expect(await ensureEngine(options)).toMatchObject({ way: "installed" });
  });
});

describe("an engine that is not there", () => {
  test("is downloaded where the download works, and Go is left alone", async () => {
    const { path, options, installed, home, builds } = machine();
    goIn(path);
    const engine = await ensureEngine({ ...options, releases: await releases(archive()) });
    expect(engine).toEqual({ bin: join(installed, "pulumi"), way: "downloaded" });
    expect(builds()).toBe(0);
    expect(leftovers(home)).toEqual([]);
    expect(await ensureEngine(options)).toEqual({ ...engine, way: "installed" });
  });

  test("is built where the download is blocked", async () => {
    const { path, options, installed, home, said } = machine();
    goIn(path);
    const engine = await ensureEngine(options);
    expect(engine).toEqual({ bin: join(installed, "pulumi"), way: "built" });
    expect(readdirSync(installed).sort()).toEqual(["pulumi", ...helpers]);
    expect(leftovers(home)).toEqual([]);
    expect(said[0]).toContain("cannot be reached");
    expect(said.at(-1)).toContain(`built the Pulumi engine ${version}`);
    expect(await ensureEngine(options)).toEqual({ ...engine, way: "installed" });
  });

  test("is built, and nothing of the download runs, where that is not what was released", async () => {
    const { path, options, home, said } = machine();
    goIn(path);
    const ran = join(path, "ran");
    const altered = archive(`#!/bin/sh\ntouch ${ran}\necho v${version}\n`);
    const engine = await ensureEngine({ ...options, releases: await releases(altered, archive()) });
    expect(engine).toMatchObject({ way: "built" });
    expect(said.join("\n")).toMatch(
      /no download: what 127\.0\.0\.1:\d+ hands out as pulumi-v\S+ is not what was released/,
    );
    expect(existsSync(ran)).toBe(false);
    expect(leftovers(home)).toEqual([]);
  });

  test("is refused where the download was altered and there is no other way", async () => {
    const { options, installed } = machine();
    const whole = archive();
    for (const altered of [Buffer.concat([whole, Buffer.of(0)]), whole.subarray(0, -1), Buffer.of()])
      await expect(ensureEngine({ ...options, releases: await releases(altered, whole) })).rejects.toThrow(
        "is not what was released",
      );
    expect(existsSync(installed)).toBe(false);
  });

  test("is not fetched at all where no checksum is pinned for the platform", async () => {
    const { options } = machine();
    const asked = { url: () => expect.unreachable(), checksums: `${"0".repeat(64)}  another.tar.gz\n` };
    await expect(ensureEngine({ ...options, releases: asked })).rejects.toThrow(
      /2\. .*no checksum is pinned for pulumi-v\S+, so it is not fetched/,
    );
  });

  test("is built once when two ask at once", async () => {
    const { path, options, builds, said } = machine();
    goIn(path);
    const engines = await Promise.all([ensureEngine(options), ensureEngine(options)]);
    expect(engines.map(({ way }) => way).sort()).toEqual(["built", "installed"]);
    expect(builds()).toBe(2); // one for each of the two programs
    expect(said.join("\n")).toContain("waiting for it");
  });

  test("is named with all three ways and what each lacked when none works", async () => {
    const { options } = machine();
    const message = await ensureEngine(options).catch((error) => `${error.name}: ${error.message}`);
    expect(message).toContain("ScriptError: The Pulumi engine");
    expect(message).toContain("1. A pulumi on the PATH: there is no pulumi on the PATH.");
    expect(message).toContain(
      "2. The release that Pulumi publishes: 127.0.0.1:2 cannot be reached (ECONNREFUSED)",
    );
    expect(message).toContain(
      "3. A build with Go: there is no go on the PATH; Go 1.25.11 or later is needed.",
    );
  });

  test("is not built with a Go that is too old", async () => {
    const { path, options, builds } = machine();
    goIn(path, { tells: "go1.19.8" });
    await expect(ensureEngine(options)).rejects.toThrow("Go here is 1.19.8; Go 1.25.11 or later");
    expect(builds()).toBe(0);
  });

  test("is not installed in a home that is a file, which is said", async () => {
    const { home, options } = machine();
    writeFileSync(home, "");
    await expect(ensureEngine(options)).rejects.toThrow(
      /Cannot write to the Pulumi home folder .* PULUMI_HOME/,
    );
  });
});

describe("a half-finished installation", () => {
  test("of a build that fails leaves nothing behind", async () => {
    const { path, options, installed, home } = machine();
    goIn(path, { build: 'printf "#!/bin/sh" > "$2"; echo "disk full" >&2; exit 1' });
    await expect(ensureEngine(options)).rejects.toThrow("go could not build pulumi: disk full");
    expect(existsSync(installed)).toBe(false);
    expect(leftovers(home)).toEqual([]);
  });

  test("of a build that is stopped leaves nothing behind", async () => {
    const { path, options, installed, home, builds } = machine();
    goIn(path, { build: "sleep 60" });
    const controller = new AbortController();
    const engine = ensureEngine({ ...options, signal: controller.signal });
    await expect.poll(builds, { timeout: 10_000 }).toBe(1);
    controller.abort(new Error("stopped"));
    await expect(engine).rejects.toThrow("stopped");
    expect(existsSync(installed)).toBe(false);
    expect(leftovers(home)).toEqual([]);
  });

  test("of a killed process is removed", async () => {
    const { path, options, home } = machine();
    mkdirSync(join(home, "versions/.installing-dead/bin"), { recursive: true });
    goIn(path);
    await ensureEngine(options);
    expect(leftovers(home)).toEqual([]);
  });

  test("in the place of the engine is replaced: a program missing, empty or of another version", async () => {
    const spoil = [
      (folder: string) => rmSync(join(folder, helpers[0]!)),
      (folder: string) => writeFileSync(join(folder, "pulumi"), ""),
      (folder: string) => void program(folder, "pulumi", "echo v3.1.0"),
      (folder: string) => writeFileSync(join(folder, "pulumi"), "\x7fELF cut off"),
    ];
    for (const damage of spoil) {
      const { path, options, installed, home } = machine();
      engineIn(installed);
      damage(installed);
      goIn(path);
      expect(await ensureEngine(options)).toMatchObject({ way: "built" });
      expect(leftovers(home)).toEqual([]);
    }
  });
});
