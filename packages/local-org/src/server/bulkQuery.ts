import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { freeIds } from "../ids.ts";
import { type Answer, evaluate } from "../soql/evaluate.ts";
import { datetime } from "../soql/record.ts";
import type { Context } from "./context.ts";
import { authorized, bearerSession, notFound, refuse, type Versioned } from "./dataApi.ts";
import { handedOut } from "./query.ts";

const DELIMITERS = { BACKQUOTE: "`", CARET: "^", COMMA: ",", PIPE: "|", SEMICOLON: ";", TAB: "\t" };
const LINE_ENDINGS = { LF: "\n", CRLF: "\r\n" };
const OPERATIONS = ["query", "queryAll"];
const KNOWN = ["operation", "query", "contentType", "columnDelimiter", "lineEnding"];

/** A query that is asked once and fetched later, as CSV. */
interface Job {
  readonly info: Readonly<Record<string, unknown>> & { readonly id: string; readonly createdById: string };
  readonly answer: Answer;
  readonly delimiter: string;
  readonly lineEnding: string;
  state: "UploadComplete" | "JobComplete" | "Aborted";
}

type OfJob = Versioned & { id: string };

/** Query jobs of Bulk API 2.0. A job is done as soon as somebody asks after it (docs/salesforce.md#queries-and-errors). */
export function bulkQueryRoutes(server: FastifyInstance, context: Context): void {
  const { store } = context;
  const preHandler = authorized(context);
  const root = "/services/data/v:version/jobs/query";
  const jobs = new Map<string, Job>();
  const nextId = freeIds("750");

  const callerOf = (request: FastifyRequest) => bearerSession(request, store)!;
  const jobOf = (request: FastifyRequest<{ Params: OfJob }>): Job | undefined => {
    const job = jobs.get(request.params.id.slice(0, 15));
    return job?.info.createdById === callerOf(request).userId ? job : undefined;
  };
  const shown = ({ info, state, answer }: Job) => ({
    ...info,
    state,
    jobType: "V2Query",
    ...(state === "JobComplete" ? { numberRecordsProcessed: handedOut(answer).length } : {}),
    retries: 0,
    totalProcessingTime: 0,
  });

  server.post<{ Params: Versioned; Body: Readonly<Record<string, unknown>> | undefined }>(
    root,
    { preHandler },
    async (request, reply) => {
      const asked = request.body ?? {};
      const { operation, query, contentType = "CSV", columnDelimiter = "COMMA", lineEnding = "LF" } = asked;
      const unknown = Object.keys(asked).find((key) => !KNOWN.includes(key));
      if (unknown !== undefined)
        return refuse(reply, 400, "JSON_PARSER_ERROR", `Unrecognized field "${unknown}"`);
      const delimiter = DELIMITERS[columnDelimiter as keyof typeof DELIMITERS];
      const ending = LINE_ENDINGS[lineEnding as keyof typeof LINE_ENDINGS];
      if (!OPERATIONS.includes(String(operation)) || typeof query !== "string" || contentType !== "CSV")
        return refuse(
          reply,
          400,
          "API_ERROR",
          "a query job needs operation (query, queryAll) and query, and is CSV",
        );
      if (delimiter === undefined || ending === undefined)
        return refuse(reply, 400, "API_ERROR", "no such columnDelimiter or lineEnding");
      const { version } = request.params;
      const answer = evaluate(query, store.view(callerOf(request), Number(version)));
      if (answer.count || answer.grouped || answer.children.length > 0)
        return refuse(reply, 400, "API_ERROR", "Aggregate Relationships not supported in Bulk Query");
      const now = datetime(Date.now());
      const job: Job = {
        info: {
          id: nextId(),
          operation,
          object: answer.object,
          createdById: callerOf(request).userId,
          createdDate: now,
          systemModstamp: now,
          concurrencyMode: "Parallel",
          contentType,
          apiVersion: Number(version),
          lineEnding,
          columnDelimiter,
        },
        answer,
        delimiter,
        lineEnding: ending,
        state: "UploadComplete",
      };
      jobs.set(job.info.id.slice(0, 15), job);
      return { ...job.info, state: job.state };
    },
  );
  server.get<{ Params: Versioned }>(root, { preHandler }, async (request) => ({
    done: true,
    nextRecordsUrl: null,
    records: [...jobs.values()]
      .filter(({ info }) => info.createdById === callerOf(request).userId)
      .map(shown),
  }));
  server.get<{ Params: OfJob }>(`${root}/:id`, { preHandler }, async (request, reply) => {
    const job = jobOf(request);
    if (job === undefined) return notFound(reply);
    if (job.state === "UploadComplete") job.state = "JobComplete";
    return shown(job);
  });
  server.patch<{ Params: OfJob; Body: { state?: unknown } | undefined }>(
    `${root}/:id`,
    { preHandler },
    async (request, reply) => {
      const job = jobOf(request);
      if (job === undefined) return notFound(reply);
      if (request.body?.state !== "Aborted" || job.state !== "UploadComplete") return wrongState(reply, job);
      job.state = "Aborted";
      return shown(job);
    },
  );
  server.delete<{ Params: OfJob }>(`${root}/:id`, { preHandler }, async (request, reply) => {
    const job = jobOf(request);
    if (job === undefined) return notFound(reply);
    if (job.state === "UploadComplete") return wrongState(reply, job);
    jobs.delete(job.info.id.slice(0, 15));
    return reply.code(204).send();
  });
  server.get<{ Params: OfJob; Querystring: { locator?: string; maxRecords?: string } }>(
    `${root}/:id/results`,
    { preHandler },
    async (request, reply) => {
      const job = jobOf(request);
      if (job === undefined) return notFound(reply);
      if (job.state !== "JobComplete") return wrongState(reply, job);
      const { locator = "0", maxRecords = "50000" } = request.query;
      const [from, most] = [Number(locator), Number(maxRecords)];
      const rows = handedOut(job.answer);
      if (
        !Number.isInteger(from) ||
        from < 0 ||
        !Number.isInteger(most) ||
        most < 1 ||
        (from > 0 && from >= rows.length)
      )
        return refuse(reply, 400, "API_ERROR", "no such locator or maxRecords");
      const page = rows.slice(from, from + most);
      const to = from + page.length;
      return reply
        .header("Sforce-Locator", to < rows.length ? String(to) : "null")
        .header("Sforce-NumberOfRecords", String(page.length))
        .type("text/csv")
        .send(csv(job, page));
    },
  );
}

function wrongState(reply: FastifyReply, { state }: Job): FastifyReply {
  return refuse(reply, 400, "INVALIDJOBSTATE", `the job is in the state ${state}, which does not allow this`);
}

/** Every value in quotes, times with a `Z`, null empty. */
function csv({ answer: { readings }, delimiter, lineEnding }: Job, rows: Answer["rows"]): string {
  const line = (values: readonly unknown[]) =>
    values.map((value) => `"${String(value ?? "").replaceAll('"', '""')}"`).join(delimiter) + lineEnding;
  const cells = (row: Answer["rows"][number]) =>
    readings.map(({ type, read }) => {
      const value = read(row);
      return type === "datetime" && typeof value === "number" ? new Date(value).toISOString() : value;
    });
  return [readings.map(({ path }) => path.join(".")), ...rows.map(cells)].map(line).join("");
}
