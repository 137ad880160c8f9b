import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { ensureEngine } from "../engine/ensure.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** What people see of Dieppe Trading: a preview on a terminal, and the comment on a change that takes marketing off Slack and gives Outlook to support. */
export interface RealOutput {
  /** With the terminal's escapes. */
  readonly preview: string;
  /** Markdown. */
  readonly comment: string;
}

/** Runs the commands against a local org. @param folder what they write goes there */
export async function realOutput(folder: string): Promise<RealOutput> {
  const org = await startLocalOrg({ org: dieppeTrading(), readOnly: true });
  const env = {
    ...process.env,
    SF_ORG_INSTANCE_URL: org.url,
    SF_ACCESS_TOKEN: org.accessToken,
    SANCTIONED_AUDIT_FILE: path.join(folder, "audit.jsonl"),
    PULUMI_BACKEND_URL: pathToFileURL(folder).href,
    PULUMI_CONFIG_PASSPHRASE: "simulator",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Pulumi runs the first Node on the PATH.
    PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
  };
  try {
    return { preview: await preview(env), comment: await comment(folder, env) };
  } finally {
    await org.close();
  }
}

async function preview(env: NodeJS.ProcessEnv): Promise<string> {
  const { bin } = await ensureEngine();
  await run(bin, ["stack", "select", "--create", "simulator", "--non-interactive"], { cwd: ROOT, env });
  const { stdout } = await run(
    bin,
    ["preview", "--stack", "simulator", "--non-interactive", "--color", "always"],
    {
      cwd: ROOT,
      env,
    },
  );
  // What comes before is progress, which a terminal writes over; what comes after are the stack's outputs.
  const begin = stdout.lastIndexOf("\n", stdout.indexOf("Diagnostics:")) + 1;
  const said = stdout.slice(begin, stdout.lastIndexOf("\n", stdout.indexOf("Outputs:"))).trim();
  return `\u001b[36m$ npx pulumi preview\u001b[39m\n${said}\n`;
}

async function comment(folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const sanctioned = (...args: string[]) =>
    run(process.execPath, [path.join(ROOT, "bin/sanctioned.js"), ...args], { cwd: folder, env });
  const policy = readFileSync(path.join(ROOT, "policy/dieppe-trading.yaml"), "utf8");
  for (const [name, text] of [
    ["base", policy],
    [
      "head",
      policy
        .replace(", Support Agent, Marketing User]", ", Support Agent]")
        .replace("[Sales User, Standard User] }", "[Sales User, Standard User, Support Agent] }"),
    ],
  ] as const) {
    mkdirSync(path.join(folder, name, "policy"), { recursive: true });
    writeFileSync(path.join(folder, name, "policy/dieppe-trading.yaml"), text);
  }
  const inventory = path.join(folder, "inventory.json");
  const plan = (name: string, ...more: string[]) =>
    run(
      process.execPath,
      [path.join(ROOT, "bin/sanctioned.js"), "plan", "--out", path.join(folder, `${name}.json`), ...more],
      { cwd: path.join(folder, name), env },
    );
  await plan("head", "--save-inventory", inventory);
  await plan("base", "--inventory", inventory);
  const { stdout } = await sanctioned("comment", "--plan", "head.json", "--base", "base.json");
  return stdout;
}
