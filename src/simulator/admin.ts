import type { FastifyInstance } from "fastify";
import Type, { type Static } from "typebox";
import { FaultSchema } from "./faults.ts";
import type { Context } from "./simulator.ts";
import { datetime } from "./soql/evaluate.ts";

const NewGrantSchema = Type.Object(
  {
    username: Type.String(),
    app: Type.String({ minLength: 1 }),
    createdAt: Type.Optional(Type.String({ format: "date-time" })),
  },
  { additionalProperties: false },
);

/** `/__simulator/…`: what no Salesforce has, for demos and tests. Hands out no token. */
export function adminRoutes(server: FastifyInstance, context: Context): void {
  const { store } = context;
  const username = (userId: unknown) => String(store.lookUp("User", String(userId))?.Username);

  server.get("/__simulator/grants", async () =>
    store.grants().map(({ AppName, UserId, CreatedDate }) => ({
      username: username(UserId),
      app: AppName,
      createdAt: typeof CreatedDate === "number" ? datetime(CreatedDate) : null,
    })),
  );
  server.post<{ Body: Static<typeof NewGrantSchema> }>(
    "/__simulator/grants",
    { schema: { body: NewGrantSchema } },
    async (request, reply) => {
      const { app, createdAt } = request.body;
      const time = createdAt === undefined ? Date.now() : Date.parse(createdAt);
      const grant = store.addGrant({
        username: request.body.username,
        app,
        createdAt: time,
        lastUsedAt: time,
        useCount: 1,
      });
      if (grant === null) return reply.code(404).send({ error: `no user ${request.body.username}` });
      return reply.code(201).send({ username: request.body.username, app });
    },
  );
  server.get("/__simulator/requests", async () => context.requests);
  server.put<{ Body: Static<typeof FaultSchema>[] }>(
    "/__simulator/faults",
    { schema: { body: Type.Array(FaultSchema) } },
    async ({ body }, reply) => {
      context.faults.set(body);
      return reply.code(204).send();
    },
  );
}
