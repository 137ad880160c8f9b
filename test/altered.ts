import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An org whose answers are altered on their way: what it says is wrong, what it holds is right. */
export interface AlteredOrg {
  readonly url: string;
  /** The answers that were altered. */
  readonly altered: number;
  /** Requests under way at once, at most. */
  readonly mostAtOnce: number;
  close(): Promise<void>;
}

const NOTHING: Answer = { status: 200, headers: { "content-type": "application/json" }, body: "" };

/**
 * Stands between the client and an org, over HTTP.
 * @param alter gets each request, `METHOD /path?query` decoded, and its answer; null leaves that as it is
 * @param instead answers a request, of which it gets the body too, without a word to the org; null lets it pass
 */
export async function alterAnswers(
  { port }: { readonly port: number },
  alter: (request: string, answer: Answer) => Partial<Answer> | null,
  instead: (request: string, body: string) => Partial<Answer> | null = () => null,
): Promise<AlteredOrg> {
  let altered = 0;
  let underWay = 0;
  let mostAtOnce = 0;
  const server = createServer(async (incoming, outgoing) => {
    mostAtOnce = Math.max(mostAtOnce, ++underWay);
    const { method, url, headers } = incoming;
    const form = await text(incoming);
    const answered = async (method: string, path: string, headers: IncomingHttpHeaders, form: string) => {
      const line = `${method} ${decodeURIComponent(path.replaceAll("+", " "))}`;
      const own = instead(line, form);
      const asOrg = () =>
        /^POST .*\/composite$/.test(line)
          ? compose(form, headers)
          : forward(port, method, path, headers, form);
      const answer = own === null ? await asOrg() : { ...NOTHING, ...own };
      const change = alter(line, answer);
      if (own !== null || change !== null) altered++;
      return { ...answer, ...change };
    };
    /** Asks the org for the parts of a composite one by one, so that each of them is altered as it would be alone. */
    const compose = async (form: string, headers: IncomingHttpHeaders): Promise<Answer> => {
      const { compositeRequest } = JSON.parse(form) as {
        compositeRequest: { url: string; referenceId: string }[];
      };
      const { "content-length": _length, "content-type": _type, ...kept } = headers;
      const compositeResponse: unknown[] = [];
      let last = NOTHING;
      for (const { url, referenceId } of compositeRequest) {
        last = await answered("GET", url, kept, "");
        const body = jsonOf(last.body);
        if (body === undefined) return last; // what is no JSON can be no part
        compositeResponse.push({ body, httpHeaders: {}, httpStatusCode: last.status, referenceId });
      }
      const { "content-length": _, ...said } = last.headers;
      return { status: 200, headers: said, body: JSON.stringify({ compositeResponse }) };
    };
    try {
      const { status, headers: said, body } = await answered(method!, url!, headers, form);
      outgoing.writeHead(status, { ...said, "content-length": Buffer.byteLength(body) }).end(body);
    } catch {
      incoming.socket.destroy(); // as the org did
    } finally {
      underWay--;
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get altered() {
      return altered;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function forward(
  port: number,
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
  body: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onward = request(
      { host: "127.0.0.1", port, method, path, headers: { ...headers, connection: "close" } },
      async (answer) => {
        const { "transfer-encoding": _, ...kept } = answer.headers;
        resolve({
          status: answer.statusCode!,
          headers: Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, String(value)])),
          body: await text(answer),
        });
      },
    );
    onward.on("error", reject);
    onward.end(body);
  });
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Alters a JSON answer. */
export function json<T>(answer: Answer, change: (value: T) => unknown): Partial<Answer> {
  return { body: JSON.stringify(change(JSON.parse(answer.body) as T)) };
}
