import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startLocalOrg } from "salesforce-local-org";
import { expect, it } from "vitest";
import { policyText, variantOrg } from "../../scripts/variants/org.ts";
import { sanctioned } from "./run.ts";

const PAGE = readFileSync(path.resolve(import.meta.dirname, "../../docs/first-day.md"), "utf8");

/** The arguments of the page's commands, but for the simulator's, which run until they are stopped. */
const COMMANDS = [...PAGE.matchAll(/^npx sanctioned (?!simulator)(.*)$/gm)].map(([, line]) =>
  [...line!.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!),
);

it("every command of the first day runs as the page has it, against a local org", {
  timeout: 120_000,
}, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-first-day-"));
  const org = await startLocalOrg({ org: variantOrg(Date.now()) });
  try {
    const policy = path.join(folder, "policy.yaml");
    writeFileSync(policy, policyText(false));
    const env = {
      ...{ SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken },
      SANCTIONED_AUDIT_FILE: path.join(folder, "audit.jsonl"),
    };
    // Files go into a folder of the test, and where the page would ask a person, nobody is there.
    const fitted = (args: readonly string[]) => [
      ...args.map((arg) =>
        /\.(json|html)$/.test(arg)
          ? path.join(folder, arg)
          : arg.replace("acme.example.uat", "variants.example"),
      ),
      ...(args.includes("--destructive") ? ["--yes"] : []),
      ...(args.includes("--destructive") || args[0] === "report" ? ["--policy", policy] : []),
    ];
    expect(COMMANDS.map(([verb]) => verb)).toEqual(["doctor", "probe", "probe", "list", "report"]);
    for (const args of COMMANDS) {
      const { code, stderr } = await sanctioned(fitted(args), env);
      expect([args.join(" "), code, stderr.includes("[")]).toEqual([args.join(" "), 0, false]);
    }
    const profile = JSON.parse(readFileSync(path.join(folder, "acme-uat-2.json"), "utf8"));
    expect(profile.revocation.outcome).toBe("revoked");
  } finally {
    await org.close();
    rmSync(folder, { recursive: true });
  }
});
