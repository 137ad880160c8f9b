import type { FastifyError, FastifyInstance } from "fastify";
import { refuse } from "./authorized.ts";
import { isAdmin } from "./requests.ts";

/** What no route answers is answered in Salesforce's shapes too: unknown addresses, bodies that are none, our own bugs. */
export function failureShapes(server: FastifyInstance): void {
  server.setNotFoundHandler((_request, reply) =>
    refuse(reply, 404, "NOT_FOUND", "The requested resource does not exist"),
  );
  server.setErrorHandler<FastifyError>((error, request, reply) => {
    const { statusCode: status = 500, message } = error;
    if (isAdmin(request)) return reply.code(status).send({ error: message });
    if (request.url.startsWith("/services/oauth2/"))
      return reply.code(status).send({ error: "invalid_request", error_description: message });
    const code = status >= 500 ? "UNKNOWN_EXCEPTION" : "JSON_PARSER_ERROR";
    return refuse(reply, status, code, message);
  });
}
