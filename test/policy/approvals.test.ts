import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../src/policy/load.ts";
import { formatProblems } from "../../src/policy/problem.ts";
import { summarizePolicy } from "../../src/policy/summary.ts";

const ADA = "ada ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINZXcfEiqQl1tXzCRI8JCsYFAtuwofaUlzP0PMJYYbZJ";
const BASE = "version: 1\nunlisted: report\napps: []\n";

/** The policy, or its problems as text. */
function read(
  approvals: string,
  files: Record<string, string> = { "policy/allowed_signers": ADA },
  more = BASE,
) {
  const parsed = parsePolicy(`${more}${approvals}`, "policy/p.yaml", (file) =>
    files[file] === undefined ? { why: "does not exist", remedy: null } : { text: files[file] },
  );
  return "problems" in parsed ? formatProblems(parsed.problems) : parsed.policy;
}

describe("approvals in a policy", () => {
  it("name who may approve, how many must, and what needs none", () => {
    expect(read("approvals: { signers: allowed_signers, waivedFor: [leavers, leavers] }")).toMatchObject({
      approvals: {
        signers: { file: "policy/allowed_signers", list: [{ principals: ["ada"] }] },
        required: 1,
        waivedFor: ["leavers"],
      },
    });
    expect(read("")).toMatchObject({ approvals: null });
  });

  it.each([
    ["no signers", "approvals: { required: 1 }", "`approvals` does not say who may approve"],
    ["a file that is not there", "approvals: { signers: none }", "the file policy/none does not exist"],
    [
      "a file elsewhere",
      "approvals: { signers: /etc/allowed_signers }",
      "`approvals.signers` names /etc/allowed_signers, which is not in the policy's folder",
    ],
    [
      "more approvals than there are people",
      "approvals: { signers: allowed_signers, required: 2 }",
      "2 approvals are required, and policy/allowed_signers lists 1 person",
    ],
    ["no approval", "approvals: { signers: allowed_signers, required: 0 }", "approvals.required must be"],
    [
      "a waiver that is none",
      "approvals: { signers: allowed_signers, waivedFor: [update] }",
      "approvals.waivedFor[0] must be",
    ],
  ])("are refused with %s, at their line", (_, text, problem) => {
    expect(read(text)).toContain(problem);
    expect(read(text)).toContain("policy/p.yaml:4");
  });

  it("are refused with signers that are not plain, of which nothing is quoted", () => {
    const found = read("approvals: { signers: allowed_signers }", {
      "policy/allowed_signers": `${ADA}\npassword=hunter2 x\n`,
    });
    expect(found).toContain("the allowed signers of policy/allowed_signers:2 cannot be used");
    expect(found).not.toContain("hunter2");
  });

  it("of an extended policy hold, key by key, with its file beside it", () => {
    const files = {
      "policy/shared/base.yaml": `${BASE}approvals: { signers: who, required: 1, waivedFor: [by-hand] }\n`,
      "policy/shared/who": ADA,
    };
    const extending = "version: 1\nextends: shared/base.yaml\n";
    expect(read("", files, extending)).toMatchObject({
      approvals: { signers: { file: "policy/shared/who" }, required: 1, waivedFor: ["by-hand"] },
    });
    expect(read("approvals: { waivedFor: [leavers] }", files, extending)).toMatchObject({
      approvals: { signers: { file: "policy/shared/who" }, waivedFor: ["leavers"] },
    });
  });

  it("show in the diff of a policy: how many, and each key that is added", () => {
    const policy = read("approvals: { signers: allowed_signers, waivedFor: [leavers] }");
    if (typeof policy === "string") throw new Error(policy);
    expect(summarizePolicy(policy).approvals).toEqual({
      required: 1,
      waivedFor: "leavers",
      signers: { "SHA256:Pg9TawZVacuYlaI2t4eNOw0XmCtHC/IZSSP2oDFX9bc": "ada" },
    });
  });
});
