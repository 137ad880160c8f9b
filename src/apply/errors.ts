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
  "usage-without-revocation": {
    kind: "remote",
    text: "The org's usage of external client apps names no way to revoke a token.",
    remedy: "Revoke it in Setup, and report this as a bug with the org's release.",
    example: {},
  },
});
