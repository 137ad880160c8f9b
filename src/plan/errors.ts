import { declareErrors } from "../errors.ts";

export const planErrors = declareErrors({
  // Plan files
  "plan-not-json": {
    kind: "user",
    text: "{plan} {file} is not valid JSON.",
    remedy: "Make a new one with `npx sanctioned plan --out`{next}.",
    example: { plan: "The plan", file: "plan.json", next: "" },
  },
  "plan-not-recognized": {
    kind: "user",
    text: "{plan} {file} is not a plan file of this release.",
    remedy: "Make a new one with `npx sanctioned plan --out`{next}.",
    example: { plan: "The plan", file: "plan.json", next: "" },
  },
  "plan-changed": {
    kind: "user",
    text: "{plan} {file} was changed after it was written.",
    remedy: "Make a new one with `npx sanctioned plan --out`{next}.",
    example: {
      plan: "The approved plan",
      file: "plan.json",
      next: " and have it approved. Nothing was revoked",
    },
  },
  "approved-plan-of-another-org": {
    kind: "user",
    text: "The approved plan {file} is of the org {planOrg} ({name}), and this is {org}.",
    remedy: "Use that org's own. Nothing was revoked.",
    example: {
      file: "plan.json",
      planOrg: "00D000000001942EAA",
      name: "Dieppe Trading",
      org: "00D000000002000EAA",
    },
  },
  "approved-plan-too-old": {
    kind: "user",
    text: "The approved plan {file} is of {time}, older than {days} days.",
    remedy:
      "Make a new one with `npx sanctioned plan --out` and have it approved, or raise approvedPlanMaxAgeDays. Nothing was revoked.",
    example: { file: "plan.json", time: "2026-11-01T08:00:00.000Z", days: 14 },
  },

  "approved-plan-of-later": {
    kind: "user",
    text: "The approved plan {file} is of {time}, which is still to come.",
    remedy:
      "Make a new one with `npx sanctioned plan --out`, without --as-of, and have it approved. Nothing was revoked.",
    example: { file: "plan.json", time: "2099-01-01T00:00:00.000Z" },
  },

  "approved-plan-over-limits": {
    kind: "user",
    text: "The approved plan {file} is over the limits that it was held against: {exceeded}.",
    remedy:
      "If it is all meant, raise the limits in a reviewed change, or for one plan, with the reason between the quotes: `{command}`; then have it approved. Nothing was revoked.",
    example: {
      file: "plan.json",
      exceeded: "limits.revocations 50 (104)",
      command:
        "SANCTIONED_RAISE_REVOCATIONS=104 SANCTIONED_RAISE_REASON='' npx sanctioned plan --policy policy/acme.yaml --out NEW",
    },
  },

  // Saved inventories
  "inventory-not-json": {
    kind: "user",
    text: "The inventory {file} is not valid JSON.",
    remedy: "Save it again with `npx sanctioned plan --save-inventory`, with this policy.",
    example: { file: "inventory.json" },
  },
  "inventory-not-recognized": {
    kind: "user",
    text: "The inventory {file} is not a saved inventory of this release.",
    remedy: "Save it again with `npx sanctioned plan --save-inventory`, with this policy.",
    example: { file: "inventory.json" },
  },
  "inventory-not-whole": {
    kind: "user",
    text: "The inventory {file} does not hold the grants that its proof of completeness is of.",
    remedy: "Save it again with `npx sanctioned plan --save-inventory`, with this policy.",
    example: { file: "inventory.json" },
  },
  "inventory-changed": {
    kind: "user",
    text: "The inventory {file} was changed after it was saved.",
    remedy: "Save it again with `npx sanctioned plan --save-inventory`, with this policy.",
    example: { file: "inventory.json" },
  },
  "inventory-lacks-needs": {
    kind: "user",
    text: "The inventory {file} was read without what the policy asks for ({missing}).",
    remedy: "Save it again with `npx sanctioned plan --save-inventory`, with this policy.",
    example: { file: "inventory.json", missing: "permission sets, roles" },
  },

  // What was named
  "named-id-miscopied": {
    kind: "user",
    text: '"{id}" is not the id of anything: its last three characters do not follow from the others.',
    remedy: "Copy it again, with its upper and lower case.",
    example: { id: "0H4000000000001CAB" },
  },
  "app-not-found": {
    kind: "user",
    text: 'No app "{app}" in {org}.',
    remedy: "{meant}`npx sanctioned list` shows the names.",
    example: { app: "Slak", org: "Dieppe Trading", meant: 'Did you mean "Slack"? ' },
  },
  "app-ambiguous": {
    kind: "user",
    text: 'Several apps of {org} are named "{app}": {which}.',
    remedy: "Say which by its id, or by its name with what stands beside it in brackets.",
    example: {
      app: "Slack",
      org: "Dieppe Trading",
      which: '"Slack (0H4000000000001CAA)", "Slack (no id)"',
    },
  },
  "user-not-found": {
    kind: "user",
    text: 'No user "{user}" in {org}.',
    remedy: "{meant}`npx sanctioned list --by user` shows the usernames.",
    example: { user: "bob@dieppe.example", org: "Dieppe Trading", meant: "" },
  },

  // Limits
  "limits-exceeded": {
    kind: "user",
    text: "{revocations} {exceeded}: nothing is revoked.",
    remedy:
      "If they are all meant, raise the limits in a reviewed change ({place}), or for one plan or run by a number and a reason (docs/revoking.md).",
    example: {
      revocations: "104 revocations are",
      exceeded: "over the limit of 50 (limits.revocations)",
      place: "policy/dieppe-trading.yaml:4",
    },
  },
});
