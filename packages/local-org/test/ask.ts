import type { LocalOrg } from "../src/localOrg.ts";

/** An answer of the local org; the body is parsed where it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of all kinds, judged by the tests.
  readonly body: any;
}

/** Sends a request with the caller's access token, unless `init` brings headers of its own. */
export async function ask(org: LocalOrg, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${org.url}${path}`, {
    headers: { authorization: `Bearer ${org.accessToken}` },
    redirect: "manual",
    ...init,
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

export function query(org: LocalOrg, soql: string, init: RequestInit = {}): Promise<Answer> {
  return ask(org, `/services/data/v67.0/query?q=${encodeURIComponent(soql)}`, init);
}

export function as(token: string): RequestInit {
  return { headers: { authorization: `Bearer ${token}` } };
}

export function form(fields: Record<string, string>): RequestInit {
  return { method: "POST", body: new URLSearchParams(fields) };
}

export function json(method: string, body: unknown): RequestInit {
  return { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
