import { declareErrors } from "../errors.ts";

export const runErrors = declareErrors({
  "run-setting-not-in-range": {
    kind: "settings",
    text: "{setting} must be {number} from {least} to {most}.",
    remedy: "Fix it, or leave it out for the default.",
    example: { setting: "SANCTIONED_REVOKES_PER_SECOND", number: "a number", least: 1, most: 1000 },
  },
  "run-setting-not-whole": {
    kind: "settings",
    text: "{setting} must be a whole number.",
    remedy: "Fix it, or leave it out for the default.",
    example: { setting: "SANCTIONED_REVOKE_CONCURRENCY" },
  },
  "run-setting-not-a-path": {
    kind: "settings",
    text: "{setting} ({variable}) is no path of a file or a folder.",
    remedy: "Fix it. Where a secret got there, make that invalid: it may have been logged.",
    example: { setting: "auditFile", variable: "SANCTIONED_AUDIT_FILE" },
  },
  "limit-raised-without-reason": {
    kind: "settings",
    text: "A limit is raised for this run without a reason.",
    remedy: "Say why in {variable}: both go on record.",
    example: { variable: "SANCTIONED_RAISE_REASON" },
  },
  "excluded-approvers-blank": {
    kind: "settings",
    text: "{setting} is set and names nobody.",
    remedy: "Name who may not approve, such as the author of the change, or leave it out.",
    example: { setting: "SANCTIONED_EXCLUDED_APPROVERS" },
  },
  "allowed-signers-not-valid": {
    kind: "settings",
    text: "The allowed signers {file} cannot be used: {why}.",
    remedy: "Fix the file that is named; docs/approvals.md has the form. Nothing was revoked.",
    example: {
      file: "allowed_signers:3",
      why: "its principal is a pattern, which says of no one that they signed",
    },
  },
  "approvals-without-allowed-signers": {
    kind: "settings",
    text: "Approvals are required ({count}), and nothing says who may approve.",
    remedy:
      "Name a file of allowed signers: allowedSigners (SANCTIONED_ALLOWED_SIGNERS), or `approvals.signers` in the policy. Nothing was revoked.",
    example: { count: 2 },
  },
  "signatures-not-listed": {
    kind: "user",
    text: "The folder of {file} {why}, so that nobody knows who has signed it. Nothing was revoked.",
    remedy: "Let the user of this run list it.",
    example: { file: "approved.json", why: "cannot be read (permission denied)" },
  },
  "too-many-signatures": {
    kind: "user",
    text: "There are {count} files beside {file} that could be approvals of it; more than {most} are not looked at.",
    remedy: "Remove those that are of others.",
    example: { count: 1001, file: "approved.json", most: 1000 },
  },
  "signed-heads-not-usable": {
    kind: "user",
    text: "The signed heads {file} cannot be used: it {why}.",
    remedy: "Look at what is there; signed heads are one JSON line each.",
    example: { file: ".sanctioned/audit-00D000000001942EAA.jsonl.sigs", why: "is a folder" },
  },
  "approvals-missing": {
    kind: "user",
    text: "Approvals are required ({wanted}), and {file} has fewer ({given}): nothing was revoked.",
    remedy:
      "`npx sanctioned approve {file} --check` says whose; `npx sanctioned approve {file} --key KEY` adds one.",
    example: { wanted: 2, given: 1, file: "approved.json" },
  },
  "approved-plan-missing": {
    kind: "user",
    text: "Signed approvals are required ({wanted}), and there is no approved plan: nothing was revoked.",
    remedy: "{make}",
    example: {
      wanted: 2,
      make: "Make one with `npx sanctioned plan --out approved.json`, have it signed with `npx sanctioned approve approved.json --key KEY`, and name it as approvedPlan (docs/approvals.md).",
    },
  },
  "approved-plan-not-readable": {
    kind: "user",
    text: "The approved plan {file} {why}. Nothing was revoked.",
    remedy: "Check the path, which is relative to the folder of Pulumi.yaml or of this run.",
    example: { file: "approved.json", why: "does not exist" },
  },
});
