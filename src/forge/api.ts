import { RemoteError } from "../errors.ts";
import { isLoopback } from "../http/address.ts";
import { ask, type Answer as HttpAnswer } from "../http/request.ts";
import {
  newPatience,
  type RetryClock,
  retryReads,
  TransientError,
  timeOf,
  waitAskedMs,
} from "../http/retry.ts";
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
/**
 * A limit that a 403 is about, by its words alone: "You have exceeded a secondary rate limit", and once "You have triggered an abuse
 * detection mechanism". GitHub need not send Retry-After with it: "Otherwise, wait for at least one minute before retrying. If your
 * request continues to fail due to a secondary rate limit, wait for an exponentially increasing amount of time"
 * (docs.github.com/rest: rate limits for the REST API, exceeding the rate limit).
 */
const RATE_LIMITED = /\brate limit|\babuse detection/i;
const SHORTEST_UNASKED_MS = 60_000;
const LONGEST_UNASKED_MS = 120_000;
/** No pull request has as many pages of a hundred. */
const MOST_PAGES = 100;
/** So many pages in a row that bring nothing new are no list any more. */
const MOST_STALE_PAGES = 3;
const MEGABYTE = 1024 * 1024;
/** A hundred comments can have 65,536 characters each. */
const MOST_BYTES = 64 * MEGABYTE;

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
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** How a list is read. */
export interface Listing {
  /** Path or address of the page after an answer; null where it is the last. */
  readonly nextOf: (answer: Answer) => string | null;
  /** The name of the number that tells the items apart. */
  readonly id: string;
  /** How the path of each page ends. */
  readonly end: string;
}

/** A JSON API of a forge. Reads and writes are tried again where the forge says that it did not take them. */
export class ForgeApi {
  readonly #settings: ApiSettings;
  /** As addresses are written that lead there, without a slash at the end. */
  readonly #base: string;
  readonly #host: string;
  readonly #patience = newPatience();
  /** How often in a row requests were limited without a word of until when. */
  #limited = 0;

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
    this.#base = new URL(settings.url).href.replace(/\/+$/, "");
    this.#host = host;
  }

  /**
   * One call. A write is tried again only where it was certainly not taken (429, 503): a comment that is
   * posted twice would stay.
   * @throws RemoteError where the forge refuses or does not answer
   */
  call(method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE", path: string, body?: unknown): Promise<Answer> {
    return this.#call(method, `${this.#base}${path}`, body);
  }

  /** Takes away what may be gone by now. @throws RemoteError as `call` */
  async delete(path: string): Promise<void> {
    try {
      await this.call("DELETE", path);
    } catch (error) {
      if (!(error instanceof RemoteError && error.code === "forge-not-found")) throw error;
    }
  }

  /** The id of what was made. @throws RemoteError for an answer that has none */
  idIn({ body }: Answer): number {
    const { id } = (body ?? {}) as { id?: unknown };
    if (Number.isSafeInteger(id)) return id as number;
    throw this.#unexpected("something that has no id");
  }

  /**
   * The items of a list that comes in pages, as they come, each once: objects with a number.
   * @throws RemoteError as `call`, and for pages that lead elsewhere, go in a circle or bring nothing new
   */
  async *items(path: string, { nextOf, id, end }: Listing): AsyncGenerator<object> {
    const asked = new Set<string>();
    const seen = new Set<number>();
    let stale = 0;
    for (let next: string | null = this.#pageUrl(path, end); next !== null; ) {
      if (asked.has(next) || asked.size === MOST_PAGES || stale === MOST_STALE_PAGES)
        throw forgeErrors["forge-pages-endless"]({ host: this.#host });
      asked.add(next);
      const answer = await this.#call("GET", next);
      const before = seen.size;
      for (const item of this.#listed(answer.body, id)) {
        if (seen.has(item[id] as number)) continue;
        seen.add(item[id] as number);
        yield item;
      }
      stale = seen.size === before ? stale + 1 : 0;
      const after = nextOf(answer);
      next = after === null ? null : this.#pageUrl(after, end);
    }
  }

  #call(method: string, url: string, body?: unknown): Promise<Answer> {
    return retryReads(() => this.#once(method, url, body), this.#settings.clock, this.#patience);
  }

  #listed(body: unknown, id: string): Record<string, unknown>[] {
    if (!Array.isArray(body)) throw this.#unexpected("something that is not a list");
    for (const item of body)
      if (!Number.isSafeInteger((item as Record<string, unknown> | null)?.[id]))
        throw this.#unexpected(`an item that has no ${id}`);
    return body;
  }

  /** The address of a page. The token goes along, so that it must not lead to another host, nor to another list. */
  #pageUrl(page: string, end: string): string {
    const url = URL.parse(page.startsWith("/") ? `${this.#base}${page}` : page);
    if (url?.origin !== new URL(this.#base).origin) throw this.#unexpected("a next page on another host");
    // GitHub names the repository by its number there (docs.github.com: using pagination in the REST API).
    if (!url.href.startsWith(`${this.#base}/`) || !url.pathname.endsWith(end))
      throw this.#unexpected("a next page of another list");
    return url.href;
  }

  async #once(method: string, url: string, body: unknown): Promise<Answer> {
    const begun = performance.now();
    const { status, text, headers } = await this.#ask(method, url, body, begun);
    if (status >= 200 && status < 300) {
      this.#limited = 0;
      if (text === null) throw this.#unexpected(`more than ${MOST_BYTES / MEGABYTE} MB`);
      return { body: parsed(text), headers };
    }
    throw this.#refusal({ status, text: text ?? "", headers }, `${method} ${new URL(url).pathname}`, begun);
  }

  /** What a refused call ends in: a TransientError where it can be made again. */
  #refusal(
    { status, text, headers }: { readonly status: number; readonly text: string } & Pick<Answer, "headers">,
    call: string,
    begun: number,
  ): Error {
    const message = messageOf(text);
    const asked = waitOf(headers);
    const isLimited = status === 429 || (status === 403 && (asked !== null || RATE_LIMITED.test(message)));
    const code = isLimited ? "forge-limits-requests" : (REFUSALS[status] ?? "forge-failed");
    const described = forgeErrors[code]({
      host: this.#host,
      status,
      call,
      message: message.replaceAll(this.#settings.secret, "***"),
    });
    const wait = isLimited ? (asked ?? this.#waitUnasked()) : asked;
    const isNotTaken = isLimited || status === 503;
    return isNotTaken || (TRANSIENT.has(status) && call.startsWith("GET "))
      ? new TransientError(described, wait, null, performance.now() - begun)
      : described;
  }

  /** A limit that does not say until when: a minute at least, and longer each time, as GitHub wants it. */
  #waitUnasked(): number {
    this.#limited++;
    return Math.min(LONGEST_UNASKED_MS, SHORTEST_UNASKED_MS * 2 ** (this.#limited - 1));
  }

  async #ask(method: string, url: string, body: unknown, begun: number): Promise<HttpAnswer> {
    const { headers } = this.#settings;
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const init = {
      method,
      headers: { "user-agent": "sanctioned", ...headers, ...type },
      body: body === undefined ? null : JSON.stringify(body),
    };
    try {
      return await ask(url, init, { timeoutMs: TIMEOUT_MS, most: MOST_BYTES });
    } catch (error) {
      const { cause, message } = error as Error & { cause?: { code?: string } };
      const fault = String(cause?.code ?? message);
      const described = forgeErrors["forge-not-reachable"]({ host: this.#host, fault, cause: error });
      // Whether a write was taken is not known then.
      if (method === "GET") throw new TransientError(described, null, null, performance.now() - begun);
      throw described;
    }
  }

  #unexpected(what: string): RemoteError {
    return forgeErrors["forge-answer-not-known"]({ host: this.#host, what });
  }
}

/** The address of what was made, as an answer says it under a key; where it does not, words for it. */
export function addressIn(body: unknown, key: string): string {
  const address = (body as Record<string, unknown> | null)?.[key];
  return typeof address === "string" ? address : "it is opened, and the forge does not say where";
}

/** How long a forge asks to wait: Retry-After, or until its rate limit is reset. */
function waitOf(headers: Answer["headers"]): number | null {
  const after = waitAskedMs(headers);
  if (after !== null) return after;
  if (headers["x-ratelimit-remaining"] !== "0") return null;
  const reset = Number(headers["x-ratelimit-reset"]);
  return Number.isFinite(reset) ? Math.max(0, reset * 1000 - timeOf(headers)) : null;
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
  return said.slice(0, 300).replace(/[.\s]+$/, "");
}
