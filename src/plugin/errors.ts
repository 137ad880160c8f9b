import { declareErrors } from "../errors.ts";

export const pluginErrors = declareErrors({
  "provider-setting-unknown": {
    kind: "settings",
    text: "The provider has no setting {setting}.",
    remedy: "docs/plugin.md lists them; secrets of the environment need none.",
    example: { setting: "clientID" },
  },
  "provider-setting-not-plain": {
    kind: "settings",
    text: "The provider's setting {setting} is not {type}.",
    remedy: "Write one value, as docs/plugin.md lists it.",
    example: { setting: "concurrency", type: "a number" },
  },
  "policy-not-given": {
    kind: "user",
    text: "ConnectedUserPolicy has no policy.",
    remedy: "Give it the name of the policy file, or the policy itself: `policy: policy/acme.yaml`.",
    example: {},
  },
  "input-unknown": {
    kind: "user",
    text: "ConnectedUserPolicy takes a policy, and no {input}.",
    remedy: "Take it out; settings are the provider's (docs/plugin.md).",
    example: { input: "polcy" },
  },
  "changes-ignored": {
    kind: "user",
    text: "The program has ignoreChanges {paths} on ConnectedUserPolicy, which would keep from the update what the preview is to show.",
    remedy: "Take it out. What is to stay is said in the policy, as an exemption or with `mode: report`.",
    example: { paths: "revocations" },
  },
  "inputs-not-checked": {
    kind: "user",
    text: "These are not the inputs that were checked. Nothing was revoked.",
    remedy: "Run the preview again; nothing in the program or in a policy pack may change them.",
    example: {},
  },
  "import-of-another-org": {
    kind: "settings",
    text: "{id} is not the connected org, which is {name} ({org}).",
    remedy: "Import that id, or connect to the other org.",
    example: { id: "00D000000001942EAA", name: "Acme", org: "00D000000002000EAA" },
  },
});
