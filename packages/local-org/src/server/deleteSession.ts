import type { FastifyInstance } from "fastify";
import { canonical } from "../store/schema.ts";
import { authorized, bearerSession, refuse } from "./authorized.ts";
import type { Context } from "./context.ts";

/** `DELETE /services/data/…/sobjects/AuthSession/{id}`, which ends a session (salesforce-facts 2.4); no other record can be deleted. */
export function deleteSessionRoute(server: FastifyInstance, context: Context): void {
  const { store } = context;
  server.delete<{ Params: { object: string; id: string } }>(
    "/services/data/v:version/sobjects/:object/:id",
    { preHandler: authorized(context) },
    async (request, reply) => {
      const { object, id } = request.params;
      const isSession = canonical(store.schema, object) === "AuthSession";
      switch (isSession ? store.deleteSession(id, bearerSession(request, store)!) : "unknown") {
        case "deleted":
          return reply.code(204).send();
        case "deleted before":
          return refuse(reply, 404, "ENTITY_IS_DELETED", "entity is deleted");
        case "not allowed":
          return refuse(reply, 403, "INSUFFICIENT_ACCESS", "insufficient access rights on object id");
        default:
          return refuse(reply, 404, "NOT_FOUND", "The requested resource does not exist");
      }
    },
  );
}
