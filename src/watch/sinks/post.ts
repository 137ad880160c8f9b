import { UserError } from "../../errors.ts";
import { isLoopback } from "../../http/address.ts";
import { orgFetch } from "../../http/request.ts";
import { type RetryClock, retryAfterMs, retryReads, TransientError } from "../../http/retry.ts";
import { RefusedError } from "./sink.ts";

const TIMEOUT_MS = 10_000;

/** The address of a hook, which is a secret itself. @throws UserError that names the variable, never the address */
export function hookUrl(variable: string, env: NodeJS.ProcessEnv): string {
  const value = env[variable]?.trim();
  if (!value) throw new UserError(`${variable} is not set: it holds the address to send events to.`);
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    throw new UserError(`${variable} is no address: it begins with https://.`);
  }
  if (url.protocol !== "https:" && !isLoopback(url.hostname))
    throw new UserError(`${variable} must begin with https://, since events name people and apps.`);
  return value;
}

/**
 * Posts JSON, again and again for a while where it may pass; redirects are not followed.
 * @throws RefusedError where the receiver will never take it; UserError, without the address, where it does not now
 */
export function post(
  url: string,
  body: () => { readonly text: string; readonly headers?: Readonly<Record<string, string>> },
  clock: RetryClock,
): Promise<void> {
  const { host } = new URL(url);
  return retryReads(async () => {
    const { text, headers = {} } = body();
    let status: number;
    let wait: number | null;
    try {
      const response = await orgFetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", "user-agent": "sanctioned", ...headers },
        body: text,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.text();
      status = response.status;
      wait = retryAfterMs(response.headers.get("retry-after") ?? undefined, Date.now());
    } catch (error) {
      const { cause } = error as { cause?: { code?: string } };
      throw new TransientError(
        new UserError(`${host} does not answer (${cause?.code ?? "no answer"}).`, { cause: error }),
        null,
      );
    }
    if (status >= 200 && status < 300) return;
    if (status >= 300 && status < 500 && status !== 408 && status !== 429)
      throw new RefusedError(`${host} answered ${status}`);
    throw new TransientError(new UserError(`${host} answered ${status}.`), wait);
  }, clock);
}
