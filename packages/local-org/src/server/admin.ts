import type { FastifyInstance } from "fastify";
import Type, { type Static } from "typebox";
import { datetime } from "../soql/record.ts";
import type { Row } from "../store/rows.ts";
import type { Context } from "./context.ts";
import { FaultSchema } from "./faults.ts";

const Instant = Type.String({ format: "date-time" });
const closed = { additionalProperties: false };
const NewGrantSchema = Type.Object(
  {
    username: Type.String(),
    app: Type.String({ minLength: 1 }),
    createdAt: Type.Optional(Instant),
    lastUsedAt: Type.Optional(Instant),
    useCount: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  closed,
);
const GrantFilterSchema = Type.Object(
  { username: Type.Optional(Type.String()), app: Type.Optional(Type.String()) },
  { ...closed, minProperties: 1 },
);

const UserChangeSchema = Type.Object(
  { isActive: Type.Optional(Type.Boolean()), isFrozen: Type.Optional(Type.Boolean()) },
  { ...closed, minProperties: 1 },
);

/** `/__local-org/…`: what no Salesforce has, for demos and tests. Hands out no token. */
export function adminRoutes(server: FastifyInstance, { store, faults, requests, writes }: Context): void {
  const shown = (row: Row) => ({
    username: store.username(row),
    app: row.AppName,
    createdAt: instant(row.CreatedDate),
    lastUsedAt: instant(row.LastUsedDate),
    useCount: row.UseCount,
  });

  server.get("/__local-org/grants", async () => store.grants().map(shown));
  server.post<{ Body: Static<typeof NewGrantSchema> }>(
    "/__local-org/grants",
    { schema: { body: NewGrantSchema } },
    async ({ body }, reply) => {
      const { username, app, createdAt, lastUsedAt, useCount = 1 } = body;
      const created = createdAt === undefined ? Date.now() : Date.parse(createdAt);
      const used = lastUsedAt === undefined ? created : Date.parse(lastUsedAt);
      const grant = store.authorize({ username, app, createdAt: created, lastUsedAt: used, useCount });
      if (grant === null) return reply.code(404).send({ error: `no user ${username}` });
      return reply.code(201).send(shown(grant));
    },
  );
  server.delete<{ Querystring: Static<typeof GrantFilterSchema> }>(
    "/__local-org/grants",
    { schema: { querystring: GrantFilterSchema } },
    async ({ query: { username, app } }) => {
      const found = store
        .grants()
        .filter(
          (row) =>
            (username === undefined || store.username(row).toLowerCase() === username.toLowerCase()) &&
            (app === undefined || row.AppName === app),
        );
      for (const { DeleteToken } of found) store.revoke(String(DeleteToken));
      return { removed: found.length };
    },
  );
  server.patch<{ Params: { username: string }; Body: Static<typeof UserChangeSchema> }>(
    "/__local-org/users/:username",
    { schema: { body: UserChangeSchema } },
    async ({ params: { username }, body }, reply) =>
      store.changeUser(username, body)
        ? reply.code(204).send()
        : reply.code(404).send({ error: `no user ${username}` }),
  );
  server.get("/__local-org/requests", async () => requests);
  server.get("/__local-org/writes", async () => writes);
  server.get("/__local-org/faults", async () => faults.list());
  server.put<{ Body: Static<typeof FaultSchema>[] }>(
    "/__local-org/faults",
    { schema: { body: Type.Array(FaultSchema) } },
    async ({ body }, reply) => {
      faults.set(body);
      return reply.code(204).send();
    },
  );
}

function instant(time: Row[string] | undefined): string | null {
  return typeof time === "number" ? datetime(time) : null;
}
