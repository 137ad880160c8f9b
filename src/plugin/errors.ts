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
  "input-unknown": {
    kind: "user",
    text: "ConnectedUserPolicy takes a policy, and no {input}.",
    remedy: "Take it out; settings are the provider's (docs/plugin.md).",
    example: { input: "polcy" },
  },
  "import-of-another-org": {
    kind: "settings",
    text: "{id} is not the connected org, which is {name} ({org}).",
    remedy: "Import that id, or connect to the other org.",
    example: { id: "00D000000001942EAA", name: "Acme", org: "00D000000002000EAA" },
  },
});
