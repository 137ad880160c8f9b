import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";

const bin = fileURLToPath(new URL("../../bin", import.meta.url));
const echo = "console.log(JSON.stringify([process.version, ...process.argv.slice(2)]));";

/** Makes the process, not those it starts, believe that it is an old Node. */
const asNode20 = `data:text/javascript,Object.defineProperty(process,"version",{value:"v20.20.2"})`;

/** A package with the real launcher and a CLI of one file. */
function packageWith(files: Record<string, string>, folder = "."): string {
  const root = mkdtempSync(join(tmpdir(), "sanctioned-launcher-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const home = join(root, folder);
  cpSync(bin, join(home, "bin"), { recursive: true });
  for (const [name, text] of Object.entries({ "package.json": '{"type":"module"}', ...files })) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  return home;
}

function launch(home: string, args: string[], flags: string[] = []) {
  return spawnSync(process.execPath, [...flags, join(home, "bin/sanctioned.js"), ...args], {
    encoding: "utf8",
  });
}

/** Installs this test's own Node as `npm ci` would. */
function bundleNode(home: string): void {
  const runtime = join(home, "node_modules", `node-${process.platform}-${process.arch}`);
  mkdirSync(join(runtime, "bin"), { recursive: true });
  writeFileSync(join(runtime, "package.json"), "{}");
  symlinkSync(process.execPath, join(runtime, "bin/node"));
}

describe("the launcher", () => {
  test("runs the source of a checkout, even when a build lies beside it", () => {
    const home = packageWith({
      "src/cli/main.ts": `const x: string = "source"; console.log(x);`,
      "dist/cli/main.js": "",
    });
    expect(launch(home, []).stdout).toBe("source\n");
  });

  test("runs the compiled files of an installed package", () => {
    const files = { "src/cli/main.ts": "throw 1;", "dist/cli/main.js": `console.log("compiled");` };
    expect(launch(packageWith(files, "node_modules/sanctioned"), []).stdout).toBe("compiled\n");
  });

  test("passes arguments and the exit code through", () => {
    const home = packageWith({ "src/cli/main.ts": `${echo} process.exitCode = 7;` });
    const { status, stdout } = launch(home, ["list", "--app", "Bob's Tool"]);
    expect(JSON.parse(stdout)).toEqual([process.version, "list", "--app", "Bob's Tool"]);
    expect(status).toBe(7);
  });

  test("refuses an old Node in one line when no other is installed", () => {
    const home = packageWith({ "src/cli/main.ts": echo });
    const { status, stdout, stderr } = launch(home, [], ["--import", asNode20]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^sanctioned needs Node 22\.12 or later; this is v20\.20\.2\. .*\n$/);
  });

  test("on an old Node runs the Node that npm installed, with the arguments and the exit code", () => {
    const home = packageWith({ "src/cli/main.ts": `${echo} process.exitCode = 7;` });
    bundleNode(home);
    const { status, stdout } = launch(home, ["list", "a b"], ["--import", asNode20]);
    expect(JSON.parse(stdout)).toEqual([process.version, "list", "a b"]);
    expect(status).toBe(7);
  });

  test("hands a signal to the Node that it started, and ends with its exit code", async () => {
    const waiting = `process.on("SIGTERM", () => process.exit(9)); setInterval(() => {}, 1000); console.log("ready");`;
    const home = packageWith({ "src/cli/main.ts": waiting });
    bundleNode(home);
    const child = spawn(process.execPath, ["--import", asNode20, join(home, "bin/sanctioned.js")]);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGTERM");
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(9);
  });

  test("says so when the package is incomplete", () => {
    const { status, stderr } = launch(packageWith({}), []);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^sanctioned is not complete: .*main\.js is not there\..*\n$/);
  });
});

test.each([
  ["v22.11.0", false],
  ["v22.12.0", true],
  ["v24.0.0", true],
  ["v20.20.2", false],
])("Node %s is recent enough: %s", (version, isRecent) => {
  const { isRecentEnough } = createRequire(import.meta.url)("../../bin/entry.cjs");
  expect(isRecentEnough(version)).toBe(isRecent);
});

describe("the package's entries", () => {
  const sources = {
    "src/index.ts": "export const org = 1;",
    "src/pulumi/index.ts": "export class ConnectedUserPolicy {}",
    "src/pulumi/provider.ts": "export class ConnectedUserProvider { check() { return 1; } }",
    "src/pulumi/attend.ts": "export function attendEngine() {}",
  };
  const run = (home: string, program: string, ...flags: string[]) =>
    spawnSync(process.execPath, [...flags, "--eval", program], { cwd: home, encoding: "utf8" });

  test("lead to the resource and to the provider, from both module systems", () => {
    const home = packageWith(sources);
    const esm = `import { ConnectedUserPolicy } from "./bin/index.cjs"; console.log(ConnectedUserPolicy.name);`;
    expect(run(home, esm, "--input-type=module").stdout).toBe("ConnectedUserPolicy\n");
    const cjs = `console.log(require("./bin/index.cjs").ConnectedUserPolicy.name, require("./bin/provider.cjs").check());`;
    expect(run(home, cjs, "--input-type=commonjs").stdout).toBe("ConnectedUserPolicy 1\n");
  });

  test("say all that the package's main module exports", async () => {
    const { stdout } = run(
      join(bin, ".."),
      `console.log(Object.keys(require("./bin/index.cjs")).sort().join());`,
      "--input-type=commonjs",
    );
    expect(stdout.trim()).toBe(
      Object.keys(await import("../../src/pulumi/index.ts"))
        .sort()
        .join(),
    );
  });

  const OLD =
    /^sanctioned needs Node 22\.12 or later; this is v20\.20\.2\. Pulumi runs the first `node` on PATH: .+$/;

  test("say on an old Node which one is needed, as errors that Pulumi shows without a stack", () => {
    const home = packageWith({ "dist/cli/main.js": "" }, "node_modules/sanctioned");
    const caught = `.catch((e) => console.log(JSON.stringify([e.message, e.stack, e.__pulumiRunError])));`;
    for (const file of ["index.cjs", "program.js"]) {
      const { stdout } = run(home, `import("./bin/${file}")${caught}`, "--import", asNode20);
      const [message, stack, mark] = JSON.parse(stdout);
      expect(message).toMatch(OLD);
      expect([stack, mark]).toEqual([message, true]);
    }
  });

  test("hand Pulumi a provider that says so too, on an old Node", () => {
    const home = packageWith({ "dist/cli/main.js": "" }, "node_modules/sanctioned");
    const program = `
      const provider = require("./bin/provider.cjs");
      provider.configure({});
      const [{ reason }] = provider.check().failures;
      const thrown = ["diff", "create", "update", "read"].map((method) => {
        try { provider[method](); } catch (e) { return \`\${e}: \${e.stack}\`; }
      });
      console.log(JSON.stringify([reason, ...thrown]));`;
    const { stdout } = run(home, program, "--input-type=commonjs", "--import", asNode20);
    const [reason, ...thrown] = JSON.parse(stdout);
    expect(reason).toMatch(OLD);
    expect(thrown).toEqual(Array(4).fill(`error: ${reason}`));
  });

  test("say which Node a checkout needs, whose TypeScript an older one does not run", () => {
    const home = packageWith(sources);
    const { stderr } = run(home, `require("./bin/index.cjs")`, "--no-experimental-strip-types");
    expect(stderr).toMatch(/A checkout of sanctioned needs Node 22\.18 or later; this is v/);
  });
});
