import type { RemoteError } from "../errors.ts";
import { isLoopback } from "../http/address.ts";
import { httpFetch } from "../http/request.ts";
import { type RetryClock, retryAfterMs, retryReads, TransientError } from "../http/retry.ts";
import { forgeErrors } from "./errors.ts";

const TIMEOUT_MS = 30_000;
const REFUSALS: Readonly<
  Record<number, "forge-token-not-valid" | "forge-access-refused" | "forge-not-found">
> = {
  401: "forge-token-not-valid",
  403: "forge-access-refused",
  404: "forge-not-found",
};
const TRANSIENT = new Set([429, 500, 502, 503, 504]);
/** No pull request has as many pages of a hundred. */
const MOST_PAGES = 100;

export interface ApiSettings {
  /** Origin and path, without a slash at the end. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What must not stand in a message. */
  readonly secret: string;
  readonly clock: RetryClock;
}

export interface Answer {
  readonly body: unknown;
  readonly headers: { get(name: string): string | null };
}

/** A JSON API of a forge. Reads and writes are tried again where the forge says that it did not take them. */
export class ForgeApi {
  readonly #settings: ApiSettings;
  readonly #host: string;

  /** @throws SettingsError for an address that would send the token in the clear */
  constructor(settings: ApiSettings) {
    const address = URL.parse(settings.url);
    // Any text with a colon is a URL of some scheme, and fetch takes none with a password.
    if (address === null || !/^https?:$/.test(address.protocol) || address.username + address.password !== "")
      throw forgeErrors["forge-address-not-a-url"]();
    const { protocol, hostname, host } = address;
    if (protocol !== "https:" && !isLoopback(hostname))
      throw forgeErrors["forge-address-not-https"]({ address: `${protocol}//${host}` });
    this.#settings = settings;
    this.#host = host;
  }

  /**
   * One call. A write is tried again only where it was certainly not taken (429, 503): a comment that is
   * posted twice would stay.
   * @throws RemoteError where the forge refuses or does not answer
   */
  call(method: "GET" | "POST" | "PATCH" | "PUT", path: string, body?: unknown): Promise<Answer> {
    const url =
      path.startsWith("https://") || path.startsWith("http://") ? path : `${this.#settings.url}${path}`;
    return retryReads(() => this.#once(method, url, body), this.#settings.clock);
  }

  /** Every item of a list that comes in pages. @param nextOf the path or address of the page after an answer */
  async all(path: string, nextOf: (answer: Answer) => string | null): Promise<unknown[]> {
    const items: unknown[] = [];
    let next: string | null = path;
    for (let page = 0; next !== null; page++) {
      if (page === MOST_PAGES) throw forgeErrors["forge-pages-endless"]({ host: this.#host });
      const answer: Answer = await this.call("GET", next);
      if (!Array.isArray(answer.body)) throw this.#unexpected("something that is not a list");
      items.push(...answer.body);
      next = nextOf(answer);
      // The token goes along, so that a page must not lead to another host.
      if (next !== null && !next.startsWith("/") && new URL(next).host !== this.#host)
        throw this.#unexpected("a next page on another host");
    }
    return items;
  }

  async #once(method: string, url: string, body: unknown): Promise<Answer> {
    const { headers, clock: _, secret } = this.#settings;
    let response: Awaited<ReturnType<typeof httpFetch>>;
    let text: string;
    try {
      response = await httpFetch(url, {
        method,
        headers: {
          "user-agent": "sanctioned",
          ...headers,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      text = await response.text();
    } catch (error) {
      const { cause, message } = error as Error & { cause?: { code?: string } };
      const fault = String(cause?.code ?? message);
      const described = forgeErrors["forge-not-reachable"]({ host: this.#host, fault, cause: error });
      // Whether a write was taken is not known then.
      if (method === "GET") throw new TransientError(described, null);
      throw described;
    }
    const { status } = response;
    if (status >= 200 && status < 300) return { body: parsed(text), headers: response.headers };
    const described = forgeErrors[REFUSALS[status] ?? "forge-failed"]({
      host: this.#host,
      status,
      call: `${method} ${new URL(url).pathname}`,
      message: messageOf(text).replaceAll(secret, "***"),
    });
    const wait = waitOf(response.headers);
    const limited = status === 429 || (status === 403 && wait !== null);
    const notTaken = limited || status === 503;
    if (notTaken || (TRANSIENT.has(status) && method === "GET")) throw new TransientError(described, wait);
    throw described;
  }

  #unexpected(what: string): RemoteError {
    return forgeErrors["forge-answer-not-known"]({ host: this.#host, what });
  }
}

/** How long a forge asks to wait: Retry-After, or until its rate limit is reset. */
function waitOf(headers: Answer["headers"]): number | null {
  const after = retryAfterMs(headers.get("retry-after") ?? undefined, Date.now());
  if (after !== null) return after;
  if (headers.get("x-ratelimit-remaining") !== "0") return null;
  const reset = Number(headers.get("x-ratelimit-reset"));
  return Number.isFinite(reset) ? Math.max(0, reset * 1000 - Date.now()) : null;
}

function parsed(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function messageOf(text: string): string {
  const { message, error } = (parsed(text) ?? {}) as { message?: unknown; error?: unknown };
  const said = typeof message === "string" ? message : typeof error === "string" ? error : "no reason given";
  return said.slice(0, 300).replace(/\.$/, "");
}
