import { createHmac } from "node:crypto";
import { watchErrors } from "../errors.ts";
import { hookUrl, post } from "./post.ts";
import type { Sink } from "./sink.ts";

const URL_VARIABLE = "SANCTIONED_WEBHOOK_URL";
const SECRET_VARIABLE = "SANCTIONED_WEBHOOK_SECRET";
const SHORTEST_SECRET = 16;

/**
 * The event as JSON, signed: `X-Sanctioned-Signature: t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA256 of
 * `SECONDS.BODY`. Each attempt is signed anew.
 */
export function webhook(env: NodeJS.ProcessEnv, now: () => number): Sink {
  const url = hookUrl(URL_VARIABLE, env);
  const secret = env[SECRET_VARIABLE] ?? "";
  if (secret.length < SHORTEST_SECRET)
    throw watchErrors["webhook-secret-too-short"]({ variable: SECRET_VARIABLE, shortest: SHORTEST_SECRET });
  return {
    name: "webhook",
    send: (event, signal) => {
      const text = JSON.stringify(event);
      const seconds = Math.floor(now() / 1000);
      const signature = createHmac("sha256", secret).update(`${seconds}.${text}`).digest("hex");
      return post(
        url,
        { text, headers: { "x-sanctioned-signature": `t=${seconds},v1=${signature}` } },
        signal,
      );
    },
  };
}
