import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { digestOf } from "../../src/plan/digest.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import { planFile } from "../../src/plan/planFile.ts";
import type { PlanFile } from "../../src/plan/planSchema.ts";
import { parsePolicy } from "../../src/policy/load.ts";
import { formatProblems } from "../../src/policy/problem.ts";
import {
  approvalState,
  type Purpose,
  signatureFile,
  statementOf,
  wantedApprovals,
} from "../../src/run/approvals.ts";
import { readRunSettings } from "../../src/run/settings.ts";
import { sign } from "../../src/sign/sshKeygen.ts";
import { APPROVAL, AUDIT_HEAD } from "../../src/sign/statement.ts";
import { AS_OF, app, grant, inventoryOf, user } from "../inventories.ts";
import { KeyRing, type TestKey } from "../sign/keys.ts";

const SIGNERS = "allowed_signers";
const keys = new KeyRing();
const env = { PATH: process.env.PATH };
let ada: TestKey;
let ada2: TestKey;
let ben: TestKey;
let eve: TestKey;
let folder: string;

beforeAll(() => {
  [ada, ada2, ben, eve] = ["ada", "ada2", "ben", "eve"].map((name) => keys.make(name)) as [
    TestKey,
    TestKey,
    TestKey,
    TestKey,
  ];
});
afterAll(() => keys.remove());
beforeEach(() => {
  folder = mkdtempSync(path.join(keys.folder, "case-"));
});

const ORG = inventoryOf({
  users: [user(1), user(2)],
  apps: [app("Bob's Tool")],
  grants: [grant(user(1).id, app("Bob's Tool")), grant(user(2).id, app("Bob's Tool"))],
});

/** A policy that wants approvals of these signers. */
function policyOf(signers: readonly string[], approvals = "required: 2", more = "") {
  const text = `version: 1\nunlisted: revoke\nplatformApps: revoke\napps: []\nlimits: { percent: 100 }\napprovals: { signers: ${SIGNERS}, ${approvals} }\n${more}`;
  const parsed = parsePolicy(text, "policy/p.yaml", () => ({ text: signers.join("\n") }));
  if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
  return parsed.policy;
}
const policy = () =>
  policyOf([
    `ada,octo-ada ${ada.line}`,
    `ada@home ${ada2.line}`,
    `ada@home,ada ${ada2.line}`,
    `ben ${ben.line}`,
  ]);
const plan = () => planFile(evaluate(policy(), ORG, AS_OF), { all: false });

/** Somebody signs a plan, as `sanctioned approve` does. */
function signed(by: TestKey, of: PlanFile = plan(), namespace = APPROVAL, as?: string): string {
  const signature = sign(statementOf(of), { key: by.file, namespace, env });
  const file = as ?? path.basename(signatureFile("plan.json", signature));
  writeFileSync(path.join(folder, file), signature.armored);
  return file;
}

function state(settings: Record<string, string> = {}, of = policy(), purpose: Purpose = "update") {
  const read = readRunSettings(() => undefined, settings);
  return approvalState(plan(), "plan.json", { policy: of, settings: read, purpose }, { env, folder });
}
const reasons = (found: ReturnType<typeof state>) => found.signatures.map(({ why }) => why);

describe("approvals count", () => {
  it("of two people who have each signed this plan", () => {
    signed(ada);
    signed(ben);
    expect(state()).toMatchObject({ wanted: 2, signedBy: expect.arrayContaining(["ada", "ben"]) });
    expect(reasons(state())).toEqual([null, null]);
  });

  it("whatever the file is called, as ssh-keygen alone would call it too", () => {
    signed(ben, plan(), APPROVAL, "plan.json.sig");
    expect(state().signedBy).toEqual(["ben"]);
  });

  it("by the signers that the run is given, in place of the policy's", () => {
    writeFileSync(path.join(folder, "given"), `eve ${eve.line}\n`);
    signed(eve);
    signed(ada);
    expect(state({ SANCTIONED_ALLOWED_SIGNERS: "given" }).signedBy).toEqual(["eve"]);
  });
});

describe("approvals do not count", () => {
  const change = (more: Partial<PlanFile>): PlanFile => {
    const { digest: _, ...content } = { ...plan(), ...more };
    return { ...content, digest: digestOf(content) } as PlanFile;
  };

  it.each<[string, () => PlanFile]>([
    ["of another org", () => change({ org: { ...plan().org, id: "00D000000000002EAA" } })],
    ["of another time, with the same revocations", () => change({ asOf: "2026-01-01T00:00:00.000Z" })],
    ["by another policy", () => change({ policy: { ...plan().policy, digest: "0".repeat(64) } })],
    ["that revokes less", () => change({ revocations: plan().revocations.slice(1) })],
  ])("for a plan %s", (_, other) => {
    signed(ada, other());
    expect(state()).toMatchObject({ signedBy: [] });
    expect(reasons(state())).toEqual([expect.stringContaining("incorrect signature")]);
  });

  it("made for another purpose", () => {
    signed(ada, plan(), AUDIT_HEAD);
    signed(ben, plan(), "file");
    expect(reasons(state())).toEqual(["it was made for another purpose", "it was made for another purpose"]);
  });

  it("of a key that nobody allowed", () => {
    signed(eve);
    expect(reasons(state())).toEqual([
      expect.stringMatching(/^its key SHA256:\S+ is none of an allowed signer$/),
    ]);
  });

  it("a second time: of one person with two keys, or of one key in two files", () => {
    signed(ada);
    signed(ada2);
    const file = signed(ada);
    copyFileSync(path.join(folder, file), path.join(folder, "plan.json.again.sig"));
    expect(state().signedBy).toEqual(["ada"]);
    expect(reasons(state()).filter((why) => why === "the same person approved it already")).toHaveLength(2);
  });

  it("of who is excluded, by any of their names, with any of their keys", () => {
    signed(ada);
    signed(ada2);
    signed(ben);
    const found = state({ SANCTIONED_EXCLUDED_APPROVERS: "someone-else, Octo-Ada" });
    expect(found.signedBy).toEqual(["ben"]);
    expect(reasons(found).filter((why) => why === "its signer is excluded from approving this")).toHaveLength(
      2,
    );
    expect(found.excludedUnknown).toEqual(["someone-else"]);
  });

  it("of a signer whose time is over", () => {
    signed(ben);
    const over = policyOf([`ada ${ada.line}`, `ben valid-before="20200101Z" ${ben.line}`], "required: 1");
    expect(reasons(state({}, over))).toEqual([expect.stringMatching(/expired/)]);
  });

  it("in files that are no signature, too large, a folder, or a link to nowhere", () => {
    writeFileSync(path.join(folder, "plan.json.1.sig"), "x");
    writeFileSync(path.join(folder, "plan.json.2.sig"), "x".repeat(17 * 1024));
    symlinkSync("/no-such-file", path.join(folder, "plan.json.3.sig"));
    symlinkSync("/dev/zero", path.join(folder, "plan.json.4.sig"));
    expect(reasons(state())).toEqual(Array(4).fill("it is no signature of ssh-keygen"));
  });

  it("and too many files are not looked at", () => {
    for (let i = 0; i <= 1000; i++) writeFileSync(path.join(folder, `plan.json.${i}.sig`), "x");
    expect(() => state()).toThrow(expect.objectContaining({ code: "too-many-signatures" }));
  });

  it("and leave nothing behind where they were verified", () => {
    const temporary = path.join(folder, "temporary");
    mkdirSync(temporary);
    vi.stubEnv("TMPDIR", temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    signed(ada);
    state();
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe("how many approvals it takes", () => {
  const wanted = (
    purpose: Purpose,
    approvals: string | null,
    config: Record<string, string> = {},
    env = {},
  ) =>
    wantedApprovals(
      approvals === null ? { approvals: null } : policyOf([`ada ${ada.line}`, `ben ${ben.line}`], approvals),
      readRunSettings((key) => config[key], env),
      purpose,
    );

  it("is what the policy says, but for what it waives", () => {
    expect(wanted("update", null)).toBe(0);
    expect(wanted("update", "waivedFor: [by-hand]")).toBe(1);
    expect(wanted("update", "required: 2, waivedFor: [leavers, by-hand]")).toBe(2);
    expect(wanted("by-hand", "required: 2, waivedFor: [leavers]")).toBe(2);
    expect(wanted("leavers", "required: 2, waivedFor: [leavers]")).toBe(0);
  });

  it("is never less than the settings say: no policy lowers, removes or waives that", () => {
    const floor = { SANCTIONED_REQUIRED_APPROVALS: "2" };
    expect(wanted("update", null, {}, floor)).toBe(2);
    expect(wanted("update", "required: 1", {}, floor)).toBe(2);
    expect(wanted("leavers", "required: 1, waivedFor: [leavers]", {}, floor)).toBe(2);
  });

  it("is not lowered by the stack's config, which a change can hold", () => {
    const config = { requiredApprovals: "0", allowedSigners: "mine", excludedApprovers: "x" };
    const env = {
      SANCTIONED_REQUIRED_APPROVALS: "2",
      SANCTIONED_ALLOWED_SIGNERS: "given",
      SANCTIONED_EXCLUDED_APPROVERS: "ada",
    };
    expect(wanted("update", null, config, env)).toBe(2);
    expect(readRunSettings((key) => config[key as keyof typeof config], env)).toMatchObject({
      allowedSigners: "given",
      excludedApprovers: ["x", "ada"],
    });
    expect(wanted("update", null, { requiredApprovals: "3" }, env)).toBe(3);
  });

  it("a setting that was to name the author and is empty is refused", () => {
    expect(() => readRunSettings(() => undefined, { SANCTIONED_EXCLUDED_APPROVERS: " " })).toThrow(
      expect.objectContaining({ code: "excluded-approvers-blank" }),
    );
  });

  it("without anybody who may give them it is an error, not none", () => {
    const read = readRunSettings(() => undefined, { SANCTIONED_REQUIRED_APPROVALS: "1" });
    const judged = () =>
      approvalState(
        plan(),
        "plan.json",
        { policy: { approvals: null }, settings: read, purpose: "update" },
        { env, folder },
      );
    expect(judged).toThrow(expect.objectContaining({ code: "approvals-without-allowed-signers" }));
  });

  it("allowed signers that cannot be read are an error", () => {
    writeFileSync(path.join(folder, "given"), `* ${eve.line}\n`);
    for (const file of ["given", "none", "."])
      expect(() => state({ SANCTIONED_ALLOWED_SIGNERS: file })).toThrow(
        expect.objectContaining({ code: "allowed-signers-not-valid" }),
      );
  });
});
