import { declareErrors } from "../errors.ts";

export const applyErrors = declareErrors({
  "plan-names-own-user": {
    kind: "user",
    text: "The plan names the tool's own user {user}: nothing was revoked.",
    remedy: "Make a new plan, or log in as another user.",
    example: { user: "sanctioned@acme.example" },
  },
  "live-grants-not-complete": {
    kind: "remote",
    text: "The org lists {counted} grants of the user {user} and hands out {read}.",
    remedy: "Try again at a quieter time.",
    example: { counted: 12, user: "005000000000001AAA", read: 11 },
  },
  "sessions-not-complete": {
    kind: "remote",
    text: "The org counts {counted} live sessions and hands out {read}.",
    remedy: "Look in Setup, Session Management.",
    example: { counted: 12, read: 11 },
  },
  "revoke-call-not-taken": {
    kind: "remote",
    text: "The org does not take the revoke call as it is made ({answer}), so nothing more was tried.",
    remedy: "Run `npx sanctioned doctor`, which says what is wrong; until then revoke in Setup.",
    example: { answer: "the revoke endpoint answered HTTP 302" },
  },
  "first-revocation-not-seen": {
    kind: "remote",
    text: "The first revocation was accepted and the org still lists the grant, so nothing more was tried.",
    remedy:
      "Look in Setup whether the grant is gone, and run it again; if it is still there, report this as a bug.",
    example: {},
  },
  "first-revocation-not-verified": {
    kind: "remote",
    text: "The first revocation could not be verified, so nothing more was tried: {why}",
    remedy: "Run it again once the org answers.",
    example: { why: "No answer from acme.my.salesforce.com (ETIMEDOUT)." },
  },
  "usage-without-revocation": {
    kind: "remote",
    text: "The org's usage of external client apps names no way to revoke a token.",
    remedy: "Revoke it in Setup, and report this as a bug with the org's release.",
    example: {},
  },
});
