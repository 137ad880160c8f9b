import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { datetime } from "../soql/evaluate.ts";
import type { Row } from "../store/rows.ts";
import { authorized, refuse } from "./authorized.ts";
import type { Context } from "./context.ts";

type Params = { version: string; app: string; user: string; token: string };

/** The Connect usage resources, which know external client apps alone (salesforce-facts 2.3). */
export function usageRoutes(server: FastifyInstance, context: Context): void {
  const { store, options } = context;
  const root = "/services/data/v:version/apps/oauth/usage";
  const checked = async (request: FastifyRequest, reply: FastifyReply) => {
    if (options.externalClientApps === false)
      return refuse(reply, 404, "NOT_FOUND", "The requested resource does not exist");
    const { page = "0", pageSize = "100" } = request.query as { page?: string; pageSize?: string };
    if (!/^\d{1,6}$/.test(page) || !/^[1-9]\d{0,3}$/.test(pageSize))
      return refuse(
        reply,
        400,
        "INVALID_PARAMETER",
        "page and pageSize are whole numbers, from 0 and from 1",
      );
    return undefined;
  };
  const preHandler = [authorized(context), checked];
  const grants = (app?: string, user?: string): Row[] =>
    store.grants().filter((grant) => {
      const id = store.applicationId(grant);
      return (
        id?.startsWith("0xI") &&
        (app === undefined || id.slice(0, 15) === app.slice(0, 15)) &&
        (user === undefined || String(grant.UserId).slice(0, 15) === user.slice(0, 15))
      );
    });
  const paged = <T>(request: FastifyRequest, key: string, all: T[]) => {
    const { page = "0", pageSize = "100" } = request.query as { page?: string; pageSize?: string };
    const [number, size] = [Number(page), Number(pageSize)];
    const url = (n: number) => `${request.url.split("?")[0]}?page=${n}&pageSize=${size}`;
    const more = (number + 1) * size < all.length;
    return {
      [key]: all.slice(number * size, (number + 1) * size),
      currentPageUrl: url(number),
      nextPageUrl: more ? url(number + 1) : null,
    };
  };
  const usage = (version: string, app: string, rows: Row[], revocationUrl: (row: Row) => string) => {
    const registered = store.lookUp("ExternalClientApplication", app);
    const [first] = rows;
    const user = store.lookUp("User", String(first!.UserId))!;
    const times = rows.map(({ LastUsedDate }) => LastUsedDate).filter((time) => typeof time === "number");
    return {
      accessTokenFormat: "Opaque",
      appDeveloperName: registered?.DeveloperName ?? null,
      appIdentifier: app,
      initialConnectionAt: typeof first!.CreatedDate === "number" ? datetime(first!.CreatedDate) : null,
      lastUsedAt: times.length === 0 ? null : datetime(Math.max(...times)),
      revocationUrl: `/services/data/v${version}/apps/oauth/usage/${revocationUrl(first!)}`,
      useCount: rows.reduce((sum, { UseCount }) => sum + Number(UseCount ?? 0), 0),
      userIdentifier: user.Id,
      username: user.Username,
    };
  };

  server.get<{ Params: Params }>(root, { preHandler }, async (request) => {
    const ids = [...new Set(grants().map((grant) => store.applicationId(grant)!))];
    const apps = ids.map((id) => ({
      accessTokenFormat: "Opaque",
      availableActions: "disable, enable",
      developerName: store.lookUp("ExternalClientApplication", id)?.DeveloperName ?? null,
      identifier: id,
      isFromPackage: false,
      usageDetailsUrl: `/services/data/v${request.params.version}/apps/oauth/usage/${id}/users`,
    }));
    return paged(request, "apps", apps);
  });
  server.get<{ Params: Params }>(`${root}/:app/users`, { preHandler }, async (request) => {
    const { app, version } = request.params;
    const byUser = Map.groupBy(grants(app), ({ UserId }) => String(UserId));
    return paged(
      request,
      "users",
      [...byUser].map(([user, rows]) => usage(version, app, rows, () => `${app}/${user}/tokens`)),
    );
  });
  server.get<{ Params: Params }>(`${root}/:app/:user/tokens`, { preHandler }, async (request) => {
    const { app, user, version } = request.params;
    return {
      tokens: grants(app, user).map((row) =>
        usage(version, app, [row], ({ usageId }) => `tokens/${usageId}`),
      ),
      currentPageUrl: request.url,
    };
  });

  const remove = (rows: Row[], reply: FastifyReply) => {
    for (const { DeleteToken } of rows) store.revoke(String(DeleteToken));
    return reply.code(204).send();
  };
  server.delete<{ Params: Params }>(
    `${root}/:app/:user/tokens`,
    { preHandler },
    async ({ params: { app, user } }, reply) => remove(grants(app, user), reply),
  );
  server.delete<{ Params: Params }>(
    `${root}/:app/tokens`,
    { preHandler },
    async ({ params: { app } }, reply) => {
      return remove(grants(app), reply);
    },
  );
  server.delete<{ Params: Params }>(
    `${root}/tokens/:token`,
    { preHandler },
    async ({ params: { token } }, reply) => {
      const row = grants().find(({ usageId }) => usageId === token);
      return row === undefined
        ? refuse(reply, 404, "NOT_FOUND", "The requested resource does not exist")
        : remove([row], reply);
    },
  );
}
