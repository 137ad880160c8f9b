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
import { httpErrors } from "./errors.ts";
import { waitAskedMs } from "./retry.ts";

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

/** What a form was answered. */
export interface FormAnswer {
  readonly status: number;
  /** How long it asks to wait, in milliseconds; null where it does not. */
  readonly waitMs: number | null;
  readonly body: string;
}

/**
 * Posts a form, in the same way but for less: a run makes thousands of these, and their answers
 * are a few words.
 */
export async function postForm(url: string, form: URLSearchParams, timeoutMs: number): Promise<FormAnswer> {
  const { statusCode, headers, body } = await request(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form.toString(),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    signal: AbortSignal.timeout(2 * timeoutMs), // those begin anew with each part of an answer
    dispatcher: dispatcherFor(new URL(url)),
  });
  const said = Object.entries(headers).map(([name, value]) => [name, [value].flat()[0] ?? ""]);
  const waitMs = waitAskedMs(Object.fromEntries(said));
  return { status: statusCode, waitMs, body: (await textOf(body, FEW_WORDS)) ?? "" };
}

/** As many bytes as answers have that are a few words. */
export const FEW_WORDS = 64 * 1024;

/** In a stretch as long a body brings as many bytes at least, or it is not read on. */
const STALL_MS = 15_000;
const LEAST_BYTES = 1_000;

/** How far an answer is followed. */
export interface Bounds {
  /** For all of it, from the request to the end of the body. */
  readonly timeoutMs: number;
  /** Bytes of a body, unpacked. */
  readonly most: number;
  readonly stallMs?: number;
}

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body; null for one that is larger than it may be, the rest of which was not read. */
  readonly text: string | null;
}

/**
 * One request as `httpFetch` makes it, and its answer within bounds: a body that has no end, is packed a thousandfold or
 * trickles is given up while it comes. @throws as `fetch`, with the name `TimeoutError` where it takes too long or gets nowhere
 */
export async function ask(
  url: string,
  init: Omit<RequestInit, "dispatcher" | "redirect" | "signal">,
  { timeoutMs, most, stallMs = STALL_MS }: Bounds,
): Promise<Answer> {
  const stalled = new AbortController();
  const response = await httpFetch(url, {
    ...init,
    signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), stalled.signal]),
  });
  let size = 0;
  let before = 0;
  const watch = setInterval(() => {
    if (size - before < LEAST_BYTES) stalled.abort(new DOMException("the answer trickles", "TimeoutError"));
    before = size;
  }, stallMs);
  try {
    const text = await textOf(response.body, most, (bytes) => {
      size += bytes;
    });
    return { status: response.status, headers: Object.fromEntries(response.headers), text };
  } finally {
    clearInterval(watch);
  }
}

/** The body of an answer; null for one with more bytes than that, the rest of which is not read. @param came told of bytes */
export async function textOf(
  body: AsyncIterable<Uint8Array> | null,
  most: number,
  came: (bytes: number) => void = () => undefined,
): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    came(chunk.byteLength);
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
  proxied ??= throughProxy();
  return proxied;
}

/** @throws SettingsError where the environment names no proxy that can be one; nothing of it is quoted */
function throughProxy(): Dispatcher {
  try {
    return new EnvHttpProxyAgent({ allowH2: false });
  } catch {
    throw httpErrors["proxy-not-usable"]();
  }
}
