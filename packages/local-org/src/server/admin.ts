import type { FastifyInstance } from "fastify";
import Type, { type Static } from "typebox";
import { KNOWN_PERMISSIONS } from "../fixture/permissions.ts";
import { datetime } from "../soql/record.ts";
import type { Row } from "../store/rows.ts";
import type { UserChange } from "../store/store.ts";
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
    onlyInUsage: Type.Optional(Type.Boolean()),
  },
  closed,
);
const GrantFilterSchema = Type.Object(
  { username: Type.Optional(Type.String()), app: Type.Optional(Type.String()) },
  { ...closed, minProperties: 1 },
);

const UserChangeSchema = Type.Object(
  {
    isActive: Type.Optional(Type.Boolean()),
    isFrozen: Type.Optional(Type.Boolean()),
    permissions: Type.Optional(
      Type.Object(
        Object.fromEntries(KNOWN_PERMISSIONS.map((name) => [name, Type.Optional(Type.Boolean())])),
        closed,
      ),
    ),
  },
  { ...closed, minProperties: 1 },
);

/** Whose tokens of which app are rotated; those of every app that rotates them without it. */
const RotationSchema = Type.Union([
  Type.Object({ username: Type.String(), app: Type.String() }, closed),
  Type.Object({}, closed),
]);

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
      const { createdAt, lastUsedAt, useCount = 1, ...grantOf } = body;
      const created = createdAt === undefined ? Date.now() : Date.parse(createdAt);
      const used = lastUsedAt === undefined ? created : Date.parse(lastUsedAt);
      const grant = store.authorize({ ...grantOf, createdAt: created, lastUsedAt: used, useCount });
      if (grant === null) return reply.code(404).send({ error: `no user ${body.username}` });
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
  server.post<{ Body: Static<typeof RotationSchema> }>(
    "/__local-org/rotations",
    { schema: { body: RotationSchema } },
    async ({ body }) => {
      const rows = "username" in body ? store.rotate(body.username, body.app) : store.rotateAll();
      return rows.map(shown);
    },
  );
  server.patch<{ Params: { username: string }; Body: UserChange }>(
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
