import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading, generateOrg } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { sanctioned } from "./run.ts";
import { typedAt } from "./typed.ts";

const run = promisify(execFile);
let org: LocalOrg;
beforeAll(async () => {
  org = await startLocalOrg({ org: dieppeTrading(), readOnly: true });
});
afterAll(() => org.close());

/** Runs the CLI on a pseudo-terminal of so many columns; what it shows, standard error included. */
async function shown(
  args: string,
  columns: number,
  env: Record<string, string> = {},
  of = org,
): Promise<string> {
  const command = `stty cols ${columns}; ${process.execPath} ${path.resolve("bin/sanctioned.js")} ${args}`;
  const { stdout } = await run("script", ["-qec", command, "/dev/null"], {
    maxBuffer: 50_000_000,
    env: {
      PATH: process.env.PATH,
      HOME: path.join(tmpdir(), "no-such-home"),
      TERM: "xterm",
      SF_ORG_INSTANCE_URL: of.url,
      SF_ACCESS_TOKEN: of.accessToken,
      ...env,
    },
  });
  return stdout.replaceAll("\r\n", "\n");
}
const ESCAPE = "\u001b[";

describe("on a terminal", () => {
  it("no line is wider and no username cut, on a narrow one too; what repeats is said once", async () => {
    const lines = (await shown("report", 80, { NO_COLOR: "1" })).split("\n");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    const text = lines.join("\n");
    expect(text).not.toContain("…");
    expect(text.match(/^ {2}Bob's Lead Scoring Tool +[a-z.]+@dieppe\.example /gm)).toHaveLength(12);
    expect(text.match(/Approve Uninstalled|Approve\s+Uninstalled/g)).toHaveLength(1);
    expect(await shown("report", 300)).toMatch(
      /app not listed +policy\/dieppe-trading\.yaml:6 +2023-10-26 +only with Approve Uninstalled Connected Apps/,
    );
  });

  it("an explanation is no wider, and what goes on stands to the right of where it began", async () => {
    const text = await shown("explain --user ada.weber@dieppe.example", 60, { NO_COLOR: "1" });
    for (const line of text.split("\n").map((one) => one.replace(/^.*\r/, "")))
      expect(line.length).toBeLessThanOrEqual(60);
    expect(text).toMatch(/\n {4}listed +revoke: app not listed,\n {6}policy\/dieppe-trading\.yaml:6\n/);
  });

  it("there is colour, and none with NO_COLOR", async () => {
    expect(await shown("report", 80)).toContain(
      `${ESCAPE}31m12 grants of 448 are to be revoked.${ESCAPE}39m`,
    );
    expect(await shown("report", 80, { NO_COLOR: "1" })).not.toContain(ESCAPE);
  });

  it("the reading of a large org shows how far it is, and leaves nothing", async () => {
    const large = await startLocalOrg({
      org: generateOrg({ grants: 6_000, users: 500, apps: 6, seed: 1 }),
      readOnly: true,
    });
    try {
      large.setFaults([{ kind: "latency", ms: 200 }]);
      const text = await shown("list --format json", 80, {}, large);
      expect(text).not.toMatch(/NaN|Infinity|NF/);
      expect(text).toMatch(
        /logging in and counting the grants \(\d+ s\)[\s\S]*reading grants \[[#.]{20}\] [\d,]+ of 6,000/,
      );
    } finally {
      await large.close();
    }
  });
});

it("a slow revocation shows on a terminal what it waits for, to its end, and leaves none of it", async () => {
  const slow = await startLocalOrg({ org: dieppeTrading() });
  onTestFinished(() => slow.close());
  const calls = ["oauth2/revoke", "FROM OauthToken WHERE UserId", "FROM AuthSession"];
  slow.setFaults(calls.map((match) => ({ kind: "latency", match, ms: 700 })));
  const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-slow-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const text = await shown(
    "revoke --user ada.weber@dieppe.example --app 'Outlook Plugin' --reason Left --yes",
    80,
    { SANCTIONED_AUDIT_FILE: path.join(folder, "audit.jsonl"), NO_COLOR: "1" },
    slow,
  );
  expect(text.replaceAll(`\r${ESCAPE}K`, "\n")).toMatch(
    /revoked 0 of 1 [\s\S]*reading the org again, to see what is gone \([\s\S]*looking for live sessions \(\d+ s\)\S*\n1 revoked\./,
  );
});

it.each([
  ["Ctrl-C", "\u0003"],
  ["Ctrl-D", "\u0004"],
])(
  "%s at the question of a revocation says that nothing was revoked, and what asks again",
  async (_, key) => {
    const args = ["revoke", "--user", "ada.weber@dieppe.example", "--reason", "Left"];
    const env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
    const asked = await typedAt(args, [["Type 2 to revoke 2: ", key]], { env, folder: process.cwd() });
    expect(asked).toMatch(
      /\nThe number was not typed: nothing was revoked\. `npx sanctioned revoke --user ada\.weber@dieppe\.example --reason Left` asks again; .*\n$/,
    );
    expect(asked).not.toContain("at ");
  },
);

describe("to a file or a pipe", () => {
  it("nothing is cut, coloured or added", async () => {
    const env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken, NO_COLOR: "" };
    // In a folder of its own: a record that the checkout has would be reported on too.
    const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-piped-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    cpSync(path.resolve(import.meta.dirname, "../../policy"), path.join(folder, "policy"), {
      recursive: true,
    });
    const { stdout, stderr } = await sanctioned(["report"], env, folder);
    expect(stderr).toBe("");
    expect(stdout).not.toContain(ESCAPE);
    expect(stdout).not.toContain("…");
  });

  it("FORCE_COLOR colours all the same", async () => {
    const env = {
      SF_ORG_INSTANCE_URL: org.url,
      SF_ACCESS_TOKEN: org.accessToken,
      NO_COLOR: "",
      FORCE_COLOR: "1",
    };
    expect((await sanctioned(["report"], env)).stdout).toContain(ESCAPE);
  });
});
