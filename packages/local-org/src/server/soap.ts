import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Builder, parseStringPromise, processors } from "xml2js";

/** A SOAP call: who calls, what, and with which arguments. */
export interface SoapCall {
  readonly sessionId: string;
  readonly operation: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** What is written as XML: elements by name, `$` for attributes. */
export type Xml = { readonly [name: string]: string | number | boolean | Xml | readonly (string | Xml)[] };

/** A call that is refused. */
export class SoapFault extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 500) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export const METADATA_NAMESPACE = "http://soap.sforce.com/2006/04/metadata";
const PARTNER = "urn:partner.soap.sforce.com";
const builder = new Builder({ renderOpts: { pretty: false } });

export function isSoap({ url }: FastifyRequest): boolean {
  return url.startsWith("/services/Soap/");
}

/** Whether a call would change the org; what the body says is known from `preHandler` on. */
export function isSoapWrite({ body }: FastifyRequest): boolean {
  const { operation } = (body ?? {}) as Partial<SoapCall>;
  return (
    operation !== undefined &&
    !/^(read|list|describe|retrieve|check|log(in|out)$|getUserInfo$)/.test(operation)
  );
}

/** Reads the envelope of a call. @throws SoapFault where it is none */
async function readCall(envelope: string): Promise<SoapCall> {
  let document: unknown;
  try {
    document = await parseStringPromise(envelope, {
      explicitArray: false,
      ignoreAttrs: true,
      tagNameProcessors: [processors.stripPrefix],
    });
  } catch (error) {
    throw new SoapFault("soapenv:Client", `no XML: ${(error as Error).message.split("\n")[0]}`);
  }
  const [operation, args] = Object.entries(at(document, "Envelope", "Body") ?? {})[0] ?? [];
  if (operation === undefined) throw new SoapFault("soapenv:Client", "no operation in the body");
  const sessionId = at(document, "Envelope", "Header", "SessionHeader", "sessionId");
  return {
    sessionId: typeof sessionId === "string" ? sessionId : "",
    operation,
    args: typeof args === "object" && args !== null ? (args as Record<string, unknown>) : {},
  };
}

/** Adds what takes and answers SOAP; in a scope of its own, since no other route takes XML or answers with faults. */
export async function soapScope(
  server: FastifyInstance,
  routes: (scope: FastifyInstance) => void,
): Promise<void> {
  // biome-ignore lint/nursery/noMisusedPromises: fastify awaits what a plugin returns.
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      ["text/xml", "application/soap+xml"],
      { parseAs: "string" },
      (_request: FastifyRequest, body: string) => readCall(body),
    );
    scope.setErrorHandler<FastifyError | SoapFault>((error, _request, reply) => {
      if (error instanceof SoapFault) return soapFault(reply, error.status, error.code, error.message);
      const { statusCode: status = 500, message } = error;
      return soapFault(reply, status, status >= 500 ? "UNKNOWN_EXCEPTION" : "soapenv:Client", message);
    });
    routes(scope);
  });
}

/** Answers a call with its results: one, none or several. */
export function soapAnswer(
  reply: FastifyReply,
  operation: string,
  result: Xml | readonly Xml[],
): FastifyReply {
  return send(reply, 200, { [`${operation}Response`]: { result } });
}

/** Answers with a fault. Codes of Salesforce's own stand in their namespace, and before the message. */
export function soapFault(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  const own = !code.includes(":");
  return send(reply, status, {
    "soapenv:Fault": {
      faultcode: own ? `sf:${code}` : code,
      faultstring: own ? `${code}: ${message}` : message,
    },
  });
}

function send(reply: FastifyReply, status: number, body: Xml): FastifyReply {
  const namespace = reply.request.url.startsWith("/services/Soap/u/") ? PARTNER : METADATA_NAMESPACE;
  const envelope = {
    "soapenv:Envelope": {
      $: {
        "xmlns:soapenv": "http://schemas.xmlsoap.org/soap/envelope/",
        "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xmlns:sf": namespace,
        xmlns: namespace,
      },
      "soapenv:Body": body,
    },
  };
  return reply.code(status).type("text/xml; charset=utf-8").send(builder.buildObject(envelope));
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const step of path)
    found =
      typeof found === "object" && found !== null ? (found as Record<string, unknown>)[step] : undefined;
  return found;
}
