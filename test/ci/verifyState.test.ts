import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PROVIDER_TEXT } from "../../src/state/providerText.ts";
import { sanctioned } from "../cli/run.ts";

const SECRET = "PLANTEDsecret0123456789";
let folder: string;
const log = () => path.join(folder, "log");

/** An installed engine that notes how it was asked, and then prints this. */
function engine(state: string, code = 0): void {
  const bin = path.join(folder, "node_modules/.bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(folder, "state.json"), state);
  writeFileSync(
    path.join(bin, "pulumi"),
    `#!/bin/sh\n{ echo "$@"; env; } > ${log()}\ncat ${folder}/state.json\nexit ${code}\n`,
    { mode: 0o755 },
  );
}

const stateOf = (provider: string) =>
  JSON.stringify({
    version: 3,
    deployment: {
      resources: [
        {
          urn: "urn:pulumi:dieppe::sanctioned::pulumi-nodejs:dynamic/sanctioned:ConnectedUserPolicy::x",
          type: "pulumi-nodejs:dynamic/sanctioned:ConnectedUserPolicy",
          custom: true,
          id: "x",
          inputs: { __provider: provider },
          outputs: { __provider: provider },
        },
      ],
    },
  });

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-export-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("what looks at a stack's state has no credential of the org, no passphrase and no token of the job", async () => {
  engine(stateOf(PROVIDER_TEXT));
  const secrets = {
    SANCTIONED_CLIENT_ID: SECRET,
    SANCTIONED_PRIVATE_KEY: SECRET,
    SF_ACCESS_TOKEN: SECRET,
    SFDX_AUTH_URL: SECRET,
    PULUMI_CONFIG_PASSPHRASE: SECRET,
    PULUMI_CONFIG_PASSPHRASE_FILE: SECRET,
    GITHUB_TOKEN: SECRET,
    GITLAB_TOKEN: SECRET,
    CI_JOB_TOKEN: SECRET,
  };
  const passed = { PULUMI_BACKEND_URL: "s3://states", AWS_ROLE_ARN: "arn" };
  const { code, stdout } = await sanctioned(
    ["verify-state", "--stack", "dieppe"],
    { ...secrets, ...passed },
    folder,
  );
  expect([code, stdout]).toEqual([0, "The state of dieppe runs this package alone: 1 resource looked at.\n"]);
  const asked = readFileSync(log(), "utf8");
  expect(asked).toMatch(/^stack export --non-interactive --stack dieppe\n/);
  expect(asked).not.toContain(SECRET);
  for (const [name, value] of Object.entries(passed)) expect(asked).toContain(`${name}=${value}`);
});

it("a state that runs something else, or that is not printed, is no verified one", async () => {
  engine(stateOf("exports.handler = evil"));
  expect(await sanctioned(["verify-state"], {}, folder)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("[state-not-verified]"),
  });
  engine(stateOf(PROVIDER_TEXT), 1);
  expect(await sanctioned(["verify-state"], {}, folder)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("[state-not-exported]"),
  });
  engine("");
  expect(await sanctioned(["verify-state"], {}, folder)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("[state-not-readable]"),
  });
  rmSync(path.join(folder, "node_modules"), { recursive: true });
  expect(await sanctioned(["verify-state"], {}, folder)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("[pulumi-not-installed]"),
  });
});
