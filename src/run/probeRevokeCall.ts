/**
 * The door through which `sanctioned doctor` and `sanctioned probe` ask how the revoke call is answered. It takes an address and
 * no token, so that who holds it can revoke nothing; an observer does not hold even that.
 */
export { askRevokeCall, probeRevokeCall } from "../apply/probeRevokeCall.ts";
