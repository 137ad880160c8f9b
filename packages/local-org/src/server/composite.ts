import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "./context.ts";
import { authorized, refuse, type Versioned } from "./dataApi.ts";
import type { Fault } from "./faults.ts";
import { answerAmiss } from "./misbehave.ts";
import { MARK, STRUCK } from "./subrequest.ts";

const MOST_SUBREQUESTS = 25;
/** Of a composite; a batch has no such bound. */
const MOST_QUERIES = 5;
/** A query, or a collection of records. */
const IS_QUERY = /^\/services\/data\/v[\d.]+\/(query(All)?|composite\/sobjects)\b/;
interface Subrequest {
  readonly method?: unknown;
  readonly url?: unknown;
  readonly referenceId?: unknown;
}

interface Subanswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A fault hit a part that hits the whole. */
class Struck extends Error {
  readonly kind: Fault["kind"];

  constructor(kind: Fault["kind"]) {
    super(kind);
    this.kind = kind;
  }
}

const subanswer = (status: number, body: unknown): Subanswer => ({ status, headers: {}, body });

const failed = ({ status }: Subanswer): boolean => status >= 400;
const error = (errorCode: string, message: string): readonly unknown[] => [{ errorCode, message }];

/** Several questions in one request, which are answered by the routes that each of them would ask. */
export function compositeRoutes(server: FastifyInstance, context: Context): void {
  const preHandler = authorized(context);
  const root = "/services/data/v:version/composite";

  const ask = async (method: unknown, url: string, { headers }: FastifyRequest): Promise<Subanswer> => {
    // What writes could not be taken back where another part fails, so that none does.
    if (method !== "GET")
      return subanswer(
        405,
        error("METHOD_NOT_ALLOWED", `the local org lets no part of a composite ${method}`),
      );
    if (!/^\/services\/data\/v\d+\.0\//.test(url))
      return subanswer(400, error("INVALID_INPUT", `no URL of the data API: ${url}`));
    const answered = await server.inject({
      method: "GET",
      url,
      headers: { authorization: headers.authorization ?? "", [MARK.name]: MARK.value },
    });
    const { statusCode: status, body, headers: said } = answered;
    if (said[STRUCK] !== undefined) throw new Struck(said[STRUCK] as Fault["kind"]);
    const wait = said["retry-after"];
    return {
      status,
      headers: wait === undefined ? {} : { "Retry-After": String(wait) },
      body: body === "" ? null : (JSON.parse(body) as unknown),
    };
  };
  /** Answers with what the parts come to, or as the fault has it that hit one of them. */
  const unlessStruck = async (
    request: FastifyRequest,
    reply: FastifyReply,
    answer: () => Promise<unknown>,
  ) => {
    try {
      return await answer();
    } catch (thrown) {
      if (!(thrown instanceof Struck)) throw thrown;
      return answerAmiss({ kind: thrown.kind }, request, reply, context.store);
    }
  };

  server.post<{ Params: Versioned; Body: { compositeRequest?: unknown; allOrNone?: unknown } | undefined }>(
    root,
    { preHandler },
    async (request, reply) => {
      const { compositeRequest, allOrNone = false } = request.body ?? {};
      const parts = subrequests(compositeRequest);
      if (typeof parts === "string") return refuseList(reply, parts);
      const ids = parts.map(({ referenceId }) => referenceId);
      if (!ids.every((id, i) => typeof id === "string" && /^\w+$/.test(id) && ids.indexOf(id) === i))
        return refuse(reply, 400, "INVALID_INPUT", "each subrequest needs a referenceId of its own");
      if (parts.filter(({ url }) => IS_QUERY.test(String(url))).length > MOST_QUERIES)
        return refuseList(reply, "queries");
      return await unlessStruck(request, reply, async () => {
        const answers = new Map<unknown, Subanswer>();
        for (const { method, url, referenceId } of parts)
          answers.set(
            referenceId,
            await withReferences(String(url), answers, (filled) => ask(method, filled, request)),
          );
        const isHalted = allOrNone === true && [...answers.values()].some(failed);
        return {
          compositeResponse: [...answers].map(([referenceId, answer]) => {
            const { status, headers, body } = isHalted && !failed(answer) ? HALTED : answer;
            return { body, httpHeaders: headers, httpStatusCode: status, referenceId };
          }),
        };
      });
    },
  );
  server.post<{ Params: Versioned; Body: { batchRequests?: unknown; haltOnError?: unknown } | undefined }>(
    `${root}/batch`,
    { preHandler },
    async (request, reply) => {
      const { batchRequests, haltOnError = false } = request.body ?? {};
      const parts = subrequests(batchRequests);
      if (typeof parts === "string") return refuseList(reply, parts);
      return await unlessStruck(request, reply, async () => {
        const answers: Subanswer[] = [];
        for (const { method, url } of parts)
          answers.push(
            haltOnError === true && answers.some(failed)
              ? BATCH_HALTED
              : await ask(
                  method,
                  `/services/data/${String(url).replace(/^\/(services\/data\/)?/, "")}`,
                  request,
                ),
          );
        return {
          hasErrors: answers.some(failed),
          results: answers.map(({ status, body }) => ({ statusCode: status, result: body })),
        };
      });
    },
  );
}

const HALTED = subanswer(
  400,
  error(
    "PROCESSING_HALTED",
    "The transaction was rolled back since another operation in the same transaction failed.",
  ),
);
const BATCH_HALTED = subanswer(412, error("BATCH_PROCESSING_HALTED", "Batch processing halted per request"));

const REFUSALS = {
  none: ["JSON_PARSER_ERROR", "a list of subrequests is needed"],
  many: ["LIMIT_EXCEEDED", `no more than ${MOST_SUBREQUESTS} subrequests are allowed`],
  queries: ["LIMIT_EXCEEDED", `no more than ${MOST_QUERIES} of them may be queries or collections`],
} as const;

function refuseList(reply: FastifyReply, why: keyof typeof REFUSALS): FastifyReply {
  const [code, message] = REFUSALS[why];
  return refuse(reply, 400, code, message);
}

function subrequests(list: unknown): readonly Subrequest[] | keyof typeof REFUSALS {
  if (
    !Array.isArray(list) ||
    list.length === 0 ||
    list.some((one) => typeof one !== "object" || one === null)
  )
    return "none";
  return list.length > MOST_SUBREQUESTS ? "many" : (list as Subrequest[]);
}

/** Puts in what earlier answers said: `@{users.records[0].Id}`. */
async function withReferences(
  url: string,
  answers: ReadonlyMap<unknown, Subanswer>,
  ask: (url: string) => Promise<Subanswer>,
): Promise<Subanswer> {
  let missing: string | undefined;
  const filled = url.replace(/@\{(\w+)\.([^}]*)\}/g, (_all, id: string, path: string) => {
    const found = path
      .split(/[.[\]]+/)
      .filter((step) => step !== "")
      .reduce<unknown>(
        (value, step) => (value as Record<string, unknown> | null)?.[step],
        answers.get(id)?.body,
      );
    if (found === undefined || found === null || typeof found === "object") missing = `${id}.${path}`;
    return encodeURIComponent(String(found));
  });
  if (missing === undefined) return ask(filled);
  return subanswer(
    400,
    error("PROCESSING_HALTED", `Invalid reference specified. No value for ${missing} found`),
  );
}
