import { createRequire } from "node:module";
import { PassThrough } from "node:stream";
import { httpFetch } from "../http/request.ts";

// Parts of jsforce that its entry point does not name.
const require = createRequire(import.meta.url);
const { Transport } = require("jsforce/lib/transport.js") as typeof import("jsforce/lib/transport.js");
const { StreamPromise } =
  require("jsforce/lib/util/promise.js") as typeof import("jsforce/lib/util/promise.js");

type Request = Parameters<InstanceType<typeof Transport>["httpRequest"]>[0];
type Response = Awaited<ReturnType<InstanceType<typeof Transport>["httpRequest"]>>;

const TIMEOUT_MS = 120_000;

/**
 * The HTTP of every call, underneath jsforce. Its own follows redirects with the token, waits half an
 * hour, repeats on its own account, and ends the process when a connection breaks in the middle of an
 * answer (docs/salesforce.md#jsforce). Here: one attempt, no redirect, and a broken answer is an error.
 */
export class PlainTransport extends Transport {
  override httpRequest(request: Request): ReturnType<InstanceType<typeof Transport>["httpRequest"]> {
    return StreamPromise.create<Response>(() => ({ stream: new PassThrough(), promise: send(request) }));
  }
}

async function send({ url, method, headers, body }: Request): Promise<Response> {
  const response = await httpFetch(url, {
    method,
    headers: headers ?? {},
    body: typeof body === "string" ? body : null,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}
