import { declareErrors } from "../errors.ts";

const RESOURCE = "urn:pulumi:acme::sanctioned::pulumi:pulumi:Stack::sanctioned-acme";

export const stateErrors = declareErrors({
  "state-not-readable": {
    kind: "user",
    text: "{file} is not the state of a stack ({why}).",
    remedy: "Hand over what `npx pulumi stack export` prints.",
    example: { file: "stack.json", why: "it is empty" },
  },
  "state-ambiguous": {
    kind: "user",
    text: "{file} can be read in two ways: it says {what}.",
    remedy: "Hand over what `npx pulumi stack export` prints: it says each key once.",
    example: { file: "stack.json", what: "a key twice" },
  },

  // What is found in a state
  "state-foreign-code": {
    kind: "user",
    text: "{resource}: its {part} hold other code than this package's, which Pulumi would run.",
    remedy: "Find out who wrote it, and put an earlier state back.",
    example: { resource: RESOURCE, part: "inputs" },
  },
  "state-foreign-type": {
    kind: "user",
    text: "{resource}: its type {type} is not of this package, and Pulumi would start a plugin for it.",
    remedy: "Give it a stack of its own, or name the type with --allow where your program makes it.",
    example: { resource: RESOURCE, type: "command:local:Command" },
  },
  "state-type-unclear": {
    kind: "user",
    text: "{resource}: its name and its type differ.",
    remedy: "Pulumi writes no such state: find out who did.",
    example: { resource: RESOURCE },
  },
  "state-plugin-named": {
    kind: "user",
    text: "{resource}: its {part} say which plugin Pulumi starts, or how.",
    remedy: "Find out who wrote it. A program that names plugins needs a stack of its own.",
    example: { resource: RESOURCE, part: "inputs" },
  },
  "state-part-unknown": {
    kind: "user",
    text: "The state has {part}, which Pulumi may run and this package does not make.",
    remedy: "Find out who wrote it, and put an earlier state back.",
    example: { part: "snippets" },
  },
  "state-secret-plain": {
    kind: "user",
    text: "{resource}: a secret, or what looks like one, stands in it unencrypted.",
    remedy: "Make it invalid where it came from. An export is made without --show-secrets.",
    example: { resource: RESOURCE },
  },
});
