import { expect, it } from "vitest";
import { parsePolicy } from "../../../src/policy/load.ts";
import type { OpenFile } from "../../../src/policy/namedFile.ts";
import { mergedFile } from "../../../src/policy/write/mergedFile.ts";

const BASE = `version: 1
unlisted: report
limits: { revocations: 9, percent: 5 }
apps:
  - name: Slack
    owner: it@acme.example
    users: { profiles: [Sales User] }
    settings: { ipRelaxation: enforce }
  - name: Payroll Sync
    users: everyone
offboarded: [jane@acme.example]
`;
const OWN = `version: 1
extends: base.yaml
limits: { revocations: 20 }
apps:
  - name: Slack
    reason: "never \\u202e again"
    users: { profiles: [Standard User] }
    settings: { refreshTokenMaxDays: 9 }
offboarded: [joe@acme.example]
`;

function merged(own: string): string {
  const open: OpenFile = () => ({ text: BASE });
  const result = parsePolicy(own, "policy/acme.yaml", open);
  if ("problems" in result) throw new Error("not right");
  return mergedFile(result.policy);
}

it("a policy and the one that it extends are one file, in which each value says where it comes from", () => {
  expect(merged(OWN)).toBe(`version: 1 # policy/acme.yaml:1
extends: base.yaml # policy/acme.yaml:2
limits:
  revocations: 20 # policy/acme.yaml:3
  percent: 5 # policy/base.yaml:3
apps:
  - name: Slack # policy/acme.yaml:5
    reason: never \\u{202e} again # policy/acme.yaml:6
    users:
      profiles:
        - Standard User # policy/acme.yaml:7
    settings:
      refreshTokenMaxDays: 9 # policy/acme.yaml:8
      ipRelaxation: enforce # policy/base.yaml:8
    owner: it@acme.example # policy/base.yaml:6
  - name: Payroll Sync # policy/base.yaml:9
    users: everyone # policy/base.yaml:10
offboarded:
  - joe@acme.example # policy/acme.yaml:9
  - jane@acme.example # policy/base.yaml:11
unlisted: report # policy/base.yaml:2
`);
});

it("a policy that extends none is shown as it is said, an empty list too", () => {
  expect(merged("version: 1\nunlisted: report\napps: []\n")).toBe(
    "version: 1 # policy/acme.yaml:1\nunlisted: report # policy/acme.yaml:2\napps: [] # policy/acme.yaml:3\n",
  );
});
