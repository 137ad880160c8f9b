import {
  Agent,
  type Dispatcher,
  EnvHttpProxyAgent,
  fetch,
  type RequestInit,
  type Response,
  request,
} from "undici";
import { isLoopback } from "./address.ts";

/**
 * One HTTP request, to an org or to the rest of the world: redirects are not followed, since a token would go along or its form be
 * dropped. HTTPS_PROXY, HTTP_PROXY and NO_PROXY hold, as does NODE_EXTRA_CA_CERTS, which Node itself reads.
 */
export function httpFetch(
  url: string,
  init: Omit<RequestInit, "dispatcher" | "redirect">,
): Promise<Response> {
  return fetch(url, { ...init, redirect: "manual", dispatcher: dispatcherFor(new URL(url)) });
}

/**
 * Posts a form, in the same way but for less: a run makes thousands of these, and their answers
 * are a few words.
 */
export async function postForm(
  url: string,
  form: URLSearchParams,
  timeoutMs: number,
): Promise<{ readonly status: number; readonly retryAfter: string | undefined; readonly body: string }> {
  const { statusCode, headers, body } = await request(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form.toString(),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    signal: AbortSignal.timeout(2 * timeoutMs), // those begin anew with each part of an answer
    dispatcher: dispatcherFor(new URL(url)),
  });
  const retryAfter = [headers["retry-after"]].flat()[0];
  return { status: statusCode, retryAfter, body: (await textOf(body, FEW_WORDS)) ?? "" };
}

/** As many bytes as answers have that are a few words. */
export const FEW_WORDS = 64 * 1024;

/** The body of an answer; null for one with more bytes than that, the rest of which is not read. */
export async function textOf(body: AsyncIterable<Uint8Array> | null, most: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > most) return null;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

// Pools of connections, made when they are first used and shared by whatever runs in this process: they hold
// no credentials, and a connection that is reused says nothing of the run that opened it.
let direct: Dispatcher | undefined;
let proxied: Dispatcher | undefined;

/** No proxy can reach this machine's own ports. */
function dispatcherFor({ hostname }: URL): Dispatcher {
  if (isLoopback(hostname)) {
    direct ??= new Agent({ allowH2: false });
    return direct;
  }
  proxied ??= new EnvHttpProxyAgent({ allowH2: false });
  return proxied;
}
