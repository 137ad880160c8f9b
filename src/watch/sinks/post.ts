import { isLoopback } from "../../http/address.ts";
import { httpFetch } from "../../http/request.ts";
import { type RetryClock, retryAfterMs, retryReads, TransientError } from "../../http/retry.ts";
import { watchErrors } from "../errors.ts";
import { RefusedError } from "./sink.ts";

const TIMEOUT_MS = 10_000;

/** The address of a hook, which is a secret itself. @throws SettingsError that names the variable, never the address */
export function hookUrl(variable: string, env: NodeJS.ProcessEnv): string {
  const value = env[variable]?.trim();
  if (!value) throw watchErrors["hook-address-missing"]({ variable });
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    throw watchErrors["hook-address-not-a-url"]({ variable });
  }
  if (url.protocol !== "https:" && !isLoopback(url.hostname))
    throw watchErrors["hook-address-not-https"]({ variable });
  return value;
}

/**
 * Posts JSON, again and again for a while where it may pass; redirects are not followed.
 * @throws RefusedError where the receiver will never take it; RemoteError, without the address, where it does not now
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
      const response = await httpFetch(url, {
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
      const fault = cause?.code ?? "no answer";
      throw new TransientError(watchErrors["receiver-not-reachable"]({ host, fault, cause: error }), null);
    }
    if (status >= 200 && status < 300) return;
    if (status >= 300 && status < 500 && status !== 408 && status !== 429)
      throw new RefusedError(`${host} answered ${status}`);
    throw new TransientError(watchErrors["receiver-failed"]({ host, status }), wait);
  }, clock);
}
