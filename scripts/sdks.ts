/**
 * `npm run sdks`: SDKs of the package's schema, by Pulumi's own generators, with a program on them that Go and TypeScript compile. What it
 * was played with goes on record, so that a test says when it is to be played again.
 */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type RunOptions, run } from "./engine/run.ts";
import { ScriptError, shownOrThrown } from "./scriptError.ts";
import { playedWith, RECORD, ROOT, SCHEMA } from "./sdks/playedWith.ts";

const GO_PROGRAM = `package main

import (
	"example.com/pulumi-sanctioned/sdk/go/sanctioned"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		salesforce, err := sanctioned.NewProvider(ctx, "salesforce", &sanctioned.ProviderArgs{
			InstanceUrl: pulumi.String("https://acme.my.salesforce.com"),
			AccessToken: pulumi.ToSecret(pulumi.String("token")).(pulumi.StringOutput),
		})
		if err != nil {
			return err
		}
		users, err := sanctioned.NewConnectedUserPolicy(ctx, "connected-users", &sanctioned.ConnectedUserPolicyArgs{
			Policy: pulumi.String("policy.yaml"),
		}, pulumi.Provider(salesforce))
		if err != nil {
			return err
		}
		ctx.Export("org", users.Org.Name())
		return nil
	})
}
`;

const NODE_PROGRAM = `import { ConnectedUserPolicy, Provider } from "./index";
const provider = new Provider("salesforce", { instanceUrl: "https://acme.my.salesforce.com" });
export const { org, auditHead } = new ConnectedUserPolicy("connected-users", { policy: { version: 1 } }, { provider });
export const name = org.name.apply((text) => text.trim());
`;

const TSC_FLAGS =
  "--noEmit --strict --skipLibCheck --ignoreConfig --module commonjs --moduleResolution bundler --types node";

const folder = await mkdtemp(path.join(tmpdir(), "sanctioned-sdks-"));
try {
  await succeeds("go", ["run", ".", path.join(ROOT, SCHEMA), folder], {
    cwd: path.join(ROOT, "engine/sdks"),
  });
  await goCompiles(path.join(folder, "go"));
  await typeScriptCompiles(path.join(folder, "nodejs"));
  const python = await readFile(
    path.join(folder, "python/pulumi_sanctioned/connected_user_policy.py"),
    "utf8",
  );
  if (!python.includes("class ConnectedUserPolicy(pulumi.CustomResource):"))
    throw new ScriptError("The Python SDK has no class ConnectedUserPolicy.");
  await writeFile(path.join(ROOT, RECORD), `${JSON.stringify(playedWith(), null, 2)}\n`);
  console.log(`Go and TypeScript compile a program with their SDKs; on record in ${RECORD}.`);
} catch (error) {
  console.error(shownOrThrown(error));
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function goCompiles(sdk: string): Promise<void> {
  for (const file of ["go.mod", "go.sum"])
    await cp(path.join(ROOT, "examples/go", file), path.join(sdk, file));
  const pins = await readFile(path.join(sdk, "go.mod"), "utf8");
  const named = pins.replace(/^module .*/, "module example.com/pulumi-sanctioned/sdk/go");
  await writeFile(path.join(sdk, "go.mod"), named);
  await writeFile(path.join(sdk, "main.go"), GO_PROGRAM);
  await succeeds("go", ["vet", "./..."], { cwd: sdk });
}

async function typeScriptCompiles(sdk: string): Promise<void> {
  await symlink(path.join(ROOT, "node_modules"), path.join(sdk, "node_modules"), "dir");
  await writeFile(path.join(sdk, "program.ts"), NODE_PROGRAM);
  const tsc = path.join(ROOT, "node_modules/.bin/tsc");
  await succeeds(tsc, [...TSC_FLAGS.split(" "), "program.ts"], { cwd: sdk });
}

async function succeeds(program: string, args: readonly string[], options: RunOptions): Promise<void> {
  const env = { ...process.env, GOFLAGS: "-trimpath" };
  const { code, stdout, stderr } = await run(program, args, { env, ...options });
  if (code !== 0) throw new ScriptError(`${program} ${args[0]} failed:\n${stdout}${stderr}`);
}
