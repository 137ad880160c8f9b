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
    remedy:
      "Use the stack of that org, or a new one: a resource keeps one org. For several orgs in one program give each a SalesforceOrg (docs/programs.md).",
    example: { stackOrg: "00D000000001942EAA", name: "Acme", org: "00D000000002000EAA" },
  },
  "ignore-changes-refused": {
    kind: "user",
    text: "A ConnectedUserPolicy takes no ignoreChanges ({paths}): it would keep from the update what the preview shows.",
    remedy:
      "Take it out of the options of the resource, and out of transforms. What is to stay is said in the policy, as an exemption or with `mode: report`.",
    example: { paths: "revocations" },
  },
  "import-refused": {
    kind: "user",
    text: "A ConnectedUserPolicy is not imported ({id}): Pulumi's dynamic providers read nothing that is not in the state yet.",
    remedy:
      "Take the option out: a new resource takes the org as it is, and shows what breaks the policy before an update revokes it. `npx sanctioned init` drafts a policy.",
    example: { id: "00D000000001942EAA" },
  },
  "policy-not-known": {
    kind: "user",
    text: "The policy is not given, or is not known: nothing was revoked.",
    remedy:
      "Give it the name of the policy file, or the policy itself; where another resource makes it, update that first.",
    example: {},
  },
  "update-not-checked": {
    kind: "user",
    text: "The update is not what was checked, so nothing was revoked.",
    remedy: "Run the preview again; nothing in the program or in a policy pack may change what it shows.",
    example: {},
  },
  "org-setting-unknown": {
    kind: "settings",
    text: "SalesforceOrg {org} is given {setting}, which is no setting of an org.",
    remedy: "Take it out, or write one of: {settings}.",
    example: { org: "acme", setting: "acessToken", settings: "accessToken, instanceUrl, …" },
  },
  "provider-is-no-org": {
    kind: "settings",
    text: "The provider of ConnectedUserPolicy {resource} is no SalesforceOrg, so that the stack's own org would be taken instead.",
    remedy: "Make it with `new SalesforceOrg(…)` of this package, or leave it out for the stack's own org.",
    example: { resource: "acme" },
  },
  "shown-not-readable": {
    kind: "user",
    text: "What the preview of this run showed is not known: {file} {why}. Nothing was revoked.",
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
