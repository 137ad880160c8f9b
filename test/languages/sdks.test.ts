import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type RunOptions, run } from "../../scripts/engine/run.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
/** Where nothing is compiled yet, the generators take minutes. */
const timeout = 15 * 60_000;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sanctioned-sdks-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function succeeds(program: string, args: string[], options: RunOptions): Promise<void> {
  const env = { ...process.env, GOFLAGS: "-trimpath" };
  const { code, stdout, stderr } = await run(program, args, { env, ...options });
  expect(code, stdout + stderr).toBe(0);
}

const PROGRAM = `package main

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

it("Pulumi's own generators make SDKs of the package's schema, which Go and TypeScript compile with a program on them", {
  timeout,
}, async () => {
  const schema = path.join(ROOT, "schema/pulumi-package.json");
  await succeeds("go", ["run", ".", schema, folder], { cwd: path.join(ROOT, "engine/sdks") });

  const go = path.join(folder, "go");
  for (const file of ["go.mod", "go.sum"])
    await cp(path.join(ROOT, "examples/go", file), path.join(go, file));
  const pins = await readFile(path.join(go, "go.mod"), "utf8");
  const named = pins.replace(/^module .*/, "module example.com/pulumi-sanctioned/sdk/go");
  await writeFile(path.join(go, "go.mod"), named);
  await writeFile(path.join(go, "main.go"), PROGRAM);
  await succeeds("go", ["vet", "./..."], { cwd: go });

  const node = path.join(folder, "nodejs");
  await symlink(path.join(ROOT, "node_modules"), path.join(node, "node_modules"), "dir");
  await writeFile(
    path.join(node, "program.ts"),
    `import { ConnectedUserPolicy, Provider } from "./index";
const provider = new Provider("salesforce", { instanceUrl: "https://acme.my.salesforce.com" });
export const { org, auditHead } = new ConnectedUserPolicy("connected-users", { policy: { version: 1 } }, { provider });
export const name = org.name.apply((text) => text.trim());
`,
  );
  const flags =
    "--noEmit --strict --skipLibCheck --ignoreConfig --module commonjs --moduleResolution bundler --types node";
  await succeeds(path.join(ROOT, "node_modules/.bin/tsc"), [...flags.split(" "), "program.ts"], {
    cwd: node,
  });

  const python = await readFile(
    path.join(folder, "python/pulumi_sanctioned/connected_user_policy.py"),
    "utf8",
  );
  expect(python).toContain("class ConnectedUserPolicy(pulumi.CustomResource):");
});
