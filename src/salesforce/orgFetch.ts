import { Agent, type Dispatcher, EnvHttpProxyAgent, fetch, type RequestInit, type Response } from "undici";
import { isLoopback } from "./address.ts";

/**
 * One HTTP request to an org: redirects are not followed, since a token would go along or its form be
 * dropped. HTTPS_PROXY, HTTP_PROXY and NO_PROXY hold, as does NODE_EXTRA_CA_CERTS, which Node itself reads.
 */
export function orgFetch(url: string, init: Omit<RequestInit, "dispatcher" | "redirect">): Promise<Response> {
  return fetch(url, { ...init, redirect: "manual", dispatcher: dispatcherFor(new URL(url)) });
}

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
