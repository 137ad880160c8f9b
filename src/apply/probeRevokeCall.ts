import type { DoctorLine } from "../inventory/doctor/line.ts";
import { postRevoke, type RevokeReply } from "./postRevoke.ts";

/** No org has a token like it: those are longer, and of other characters. */
const NO_TOKEN = "sanctioned-probe";

/**
 * Posts the revoke call with a token that cannot exist, and says what the answer means, before anything is at stake. It
 * needs no login and can be given no token: it revokes nothing.
 */
export async function probeRevokeCall(instanceUrl: string): Promise<DoctorLine> {
  const reply = await askRevokeCall(instanceUrl);
  switch (reply.kind) {
    case "unknown-token":
      return line("ok", "The revoke call is taken: a token that cannot exist is answered invalid_token.");
    case "accepted":
      return line(
        "ok",
        "The revoke call is taken, and says 200 to a token that cannot exist: only a second look tells what is revoked, and each run takes one.",
      );
    case "wrong-form":
      if (reply.reason.endsWith(" unsupported_token_type"))
        return line(
          "warning",
          "The revoke call is answered, and says unsupported_token_type to a token that cannot exist: whether it takes tokens in a form shows with the first revocation.",
          "Revoke one grant first: each run makes its first revocation alone, looks whether it is gone, and stops there if it is not.",
        );
      return line(
        "failed",
        `The revoke call is not taken: ${reply.reason}.`,
        "Use the org's My Domain as the address (https://ORG.my.salesforce.com), and no proxy that answers in its place.",
      );
    default:
      return line("warning", `The revoke call could not be tried: ${reply.reason}.`, "Try again later.");
  }
}

/** As `probeRevokeCall`: the reply itself. */
export function askRevokeCall(instanceUrl: string): Promise<RevokeReply> {
  return postRevoke(instanceUrl, NO_TOKEN);
}

function line(status: DoctorLine["status"], text: string, remedy: string | null = null): DoctorLine {
  return { code: "revoke-call", status, text, remedy };
}
