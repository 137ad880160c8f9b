import type { FastifyError, FastifyInstance } from "fastify";
import { SoqlError } from "../soql/soqlError.ts";
import { notFound, refuse } from "./dataApi.ts";
import { LoginError } from "./login.ts";
import { isAdmin } from "./requests.ts";

/** What a route throws, or none answers, is answered in Salesforce's shapes too: refusals, unknown addresses, bodies that are none, our own bugs. */
export function failureShapes(server: FastifyInstance): void {
  server.setNotFoundHandler((_request, reply) => notFound(reply));
  server.setErrorHandler<FastifyError | SoqlError | LoginError>((error, request, reply) => {
    const { message } = error;
    if (error instanceof SoqlError) return refuse(reply, error.status, error.code, message);
    if (error instanceof LoginError)
      return reply.code(400).send({ error: error.code, error_description: message });
    const { statusCode: status = 500 } = error;
    if (isAdmin(request)) return reply.code(status).send({ error: message });
    if (request.url.startsWith("/services/oauth2/"))
      return reply.code(status).send({ error: "invalid_request", error_description: message });
    const code = status >= 500 ? "UNKNOWN_EXCEPTION" : "JSON_PARSER_ERROR";
    return refuse(reply, status, code, message);
  });
}
