import { isLoopback } from "../../http/address.ts";
import { httpFetch } from "../../http/request.ts";
import { waitAskedMs } from "../../http/retry.ts";
import { watchErrors } from "../errors.ts";
import { LaterError, RefusedError } from "./sink.ts";

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
  // No request is made to an address with a password in it.
  if (url.username + url.password !== "") throw watchErrors["hook-address-not-a-url"]({ variable });
  if (url.protocol !== "https:" && !isLoopback(url.hostname))
    throw watchErrors["hook-address-not-https"]({ variable });
  return value;
}

/**
 * Posts JSON, once; redirects are not followed. The status says all: of the body nothing is read, however long it is.
 * @throws RefusedError where the receiver will never take it; LaterError, without the address, where it does not now
 */
export async function post(
  url: string,
  {
    text,
    headers: more = {},
  }: { readonly text: string; readonly headers?: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<void> {
  const { host } = new URL(url);
  let response: Awaited<ReturnType<typeof httpFetch>>;
  try {
    response = await httpFetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "sanctioned", ...more },
      body: text,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    const fault = cause?.code ?? "no answer";
    throw new LaterError(watchErrors["receiver-not-reachable"]({ host, fault, cause: error }), null);
  }
  const { status, headers, body } = response;
  await body?.cancel();
  if (status >= 200 && status < 300) return;
  if (status >= 300 && status < 500 && status !== 408 && status !== 429)
    throw new RefusedError(`${host} answered ${status}`);
  throw new LaterError(
    watchErrors["receiver-failed"]({ host, status }),
    waitAskedMs(Object.fromEntries(headers)),
  );
}
