import { declareErrors } from "../errors.ts";

export const pulumiErrors = declareErrors({
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
  "shown-of-another-policy": {
    kind: "user",
    text: "The preview of this run was of another policy or org than its update. Nothing was revoked.",
    remedy: "Run `npx pulumi up` again, and leave the policy alone until it is done.",
    example: {},
  },
});
