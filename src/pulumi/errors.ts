import { declareErrors } from "../errors.ts";

export const pulumiErrors = declareErrors({
  "run-stopped": {
    kind: "user",
    text: "The run was stopped, since {why}: nothing was revoked.",
    remedy: "Run it again.",
    example: { why: "Pulumi was told to stop (Ctrl-C, or a signal)" },
  },
  "stack-of-another-org": {
    kind: "settings",
    text: "This stack manages the org {stackOrg}, but the credentials lead to {name} ({org}).",
    remedy: "Use the stack of that org, or a new one: one stack manages one org.",
    example: { stackOrg: "00D000000001942EAA", name: "Acme", org: "00D000000002000EAA" },
  },
  "shown-not-readable": {
    kind: "user",
    text: "What the preview of this run showed cannot be told: {file} {why}. Nothing was revoked.",
    remedy: "Run `npx pulumi up` again.",
    example: { file: ".sanctioned/shown/6f1e.json", why: "was changed" },
  },
  "shown-not-kept": {
    kind: "user",
    text: "What a preview shows cannot be kept in {folder} ({why}), so that no update can be held to it. Nothing was revoked.",
    remedy:
      "Let this user make that folder and write to it, or name another file with auditFile (SANCTIONED_AUDIT_FILE): it is beside the record.",
    example: { folder: ".sanctioned/shown", why: "EACCES" },
  },
  "shown-of-another-policy": {
    kind: "user",
    text: "The preview of this run was of another policy or org than its update. Nothing was revoked.",
    remedy: "Run `npx pulumi up` again, and leave the policy alone until it is done.",
    example: {},
  },
});
