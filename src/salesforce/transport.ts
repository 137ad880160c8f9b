import { PassThrough } from "node:stream";
import { ask } from "../http/request.ts";
import { waitAskedMs } from "../http/retry.ts";
import { salesforceErrors } from "./errors.ts";
import { StreamPromise, Transport } from "./jsforce.ts";

type Request = Parameters<InstanceType<typeof Transport>["httpRequest"]>[0];
type Response = Awaited<ReturnType<InstanceType<typeof Transport>["httpRequest"]>>;

const TIMEOUT_MS = 120_000;
const MEGABYTE = 1024 * 1024;
/** A page of 2,000 rows takes about one megabyte. */
const MOST_BYTES = 64 * MEGABYTE;
/** Metadata comes ten components at a time, or as a list of names; XML takes many times its size to read. */
const MOST_BYTES_OF_SOAP = 16 * MEGABYTE;
/** A login is answered in a few hundred bytes; what stands in front of it may say so on a page. */
export const MOST_BYTES_OF_LOGIN = MEGABYTE;

/**
 * The HTTP of every call, underneath jsforce. Its own follows redirects with the token, waits half an
 * hour, repeats on its own account, and ends the process when a connection breaks in the middle of an
 * answer (docs/salesforce.md#jsforce). Here: one attempt, no redirect, and a broken answer is an error.
 */
export class PlainTransport extends Transport {
  readonly #most: number;

  /** HTTP status of the last answer; 0 where none came. */
  status = 0;
  /** How long the last answer asks to wait, in milliseconds. */
  retryAfterMs: number | null = null;
  /** By how much the clock of who answered is ahead of ours, in milliseconds; null where the answer does not say. */
  clockSkewMs: number | null = null;

  /** @param most bytes of an answer */
  constructor(most = MOST_BYTES) {
    super();
    this.#most = most;
  }

  override httpRequest(request: Request): ReturnType<InstanceType<typeof Transport>["httpRequest"]> {
    return StreamPromise.create<Response>(() => ({
      stream: new PassThrough(),
      promise: this.#send(request),
    }));
  }

  async #send(request: Request): Promise<Response> {
    this.status = 0;
    const response = await send(request, this.#most);
    this.status = response.statusCode;
    this.retryAfterMs = waitAskedMs(response.headers);
    this.clockSkewMs = clockSkewMs(response.headers);
    return response;
  }
}

/** By how much the clock of who answered is ahead of ours, to the second; null where the answer does not say. */
export function clockSkewMs(headers: Readonly<Record<string, string>>): number | null {
  const date = Date.parse(headers.date ?? "");
  return Number.isNaN(date) ? null : date - Date.now();
}

async function send({ url, method, headers, body }: Request, most: number): Promise<Response> {
  const init = { method, headers: headers ?? {}, body: typeof body === "string" ? body : null };
  const { host, pathname } = new URL(url);
  const bytes = pathname.startsWith("/services/Soap/") ? Math.min(most, MOST_BYTES_OF_SOAP) : most;
  const answer = await ask(url, init, { timeoutMs: TIMEOUT_MS, most: bytes });
  if (answer.text === null) throw salesforceErrors["answer-too-large"]({ host, most: bytes / MEGABYTE });
  return { statusCode: answer.status, headers: { ...answer.headers }, body: answer.text };
}
