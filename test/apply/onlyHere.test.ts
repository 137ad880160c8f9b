import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { askRevokeCall, probeRevokeCall } from "../../src/apply/probeRevokeCall.ts";

/** Files of src that name something. */
function files(name: RegExp): string[] {
  return readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => name.test(readFileSync(path.join("src", file), "utf8")))
    .map((file) => file.replaceAll(path.sep, "/"))
    .sort();
}

/** The rooms of those files. */
function rooms(name: RegExp): string[] {
  return [...new Set(files(name).map((file) => file.split("/")[0]!))];
}

it("only apply uses what could revoke; salesforce and http have it to give", () => {
  expect(rooms(/queryForRevocation|deleteForRevocation|postForm/)).toEqual(["apply", "http", "salesforce"]);
  expect(rooms(/services\/oauth2\/revoke/)).toEqual(["apply"]);
});

it("the probe of the revoke call can be given no token, and only `sanctioned doctor` and `probe` ask it", () => {
  expect(files(/\b(probe|ask)RevokeCall\b/)).toEqual([
    "apply/probeRevokeCall.ts",
    "cli/verbs/doctor.ts",
    "cli/verbs/fleet/doctor.ts",
    "cli/verbs/probe.ts",
    "run/probeRevokeCall.ts",
  ]);
  expect([probeRevokeCall.length, askRevokeCall.length]).toEqual([1, 1]); // an address
});

it("only a run applies a plan, and only its door opens a connection that revokes", () => {
  expect(rooms(/apply\/apply\.ts/)).toEqual(["run"]);
  expect(files(/\bconnectToRevoke\b/)).toEqual(["run/open.ts", "salesforce/connection.ts"]);
});

it("only the provider, `sanctioned revoke`, `fleet revoke`, `probe` and `watch` open a run that can revoke", () => {
  expect(files(/\bopenRevoker\b/).filter((file) => !file.startsWith("run/"))).toEqual([
    "cli/run.ts",
    "cli/verbs/fleet/watch.ts",
    "cli/verbs/probe.ts",
    "cli/verbs/revoke.ts",
    "cli/verbs/watch.ts",
    "fleet/revokeFleet.ts",
    "pulumi/policyResources.ts",
  ]);
});
