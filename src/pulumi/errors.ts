import { declareErrors } from "../errors.ts";

export const pulumiErrors = declareErrors({
  "stack-of-another-org": {
    kind: "settings",
    text: "This stack manages the org {stackOrg}, but the credentials lead to {name} ({org}).",
    remedy: "Use the stack of that org, or a new one: one stack manages one org.",
    example: { stackOrg: "00D000000001942EAA", name: "Acme", org: "00D000000002000EAA" },
  },
});
