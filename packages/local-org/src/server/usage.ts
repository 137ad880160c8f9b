import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Platform } from "../fixture/platform.ts";
import { sameId } from "../ids.ts";
import { datetime } from "../soql/record.ts";
import type { Row } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { Context } from "./context.ts";
import { apiBase, authorized, bearerSession, notFound, refuse, type Versioned } from "./dataApi.ts";

type Params = Versioned & { app: string; user: string; token: string };
type Paging = { page?: string; pageSize?: string };

/** The version of the API that first had the resources. */
const SINCE = 59;
const USAGE_REFUSED = {
  INSUFFICIENT_ACCESS: "You do not have permission to access this resource.",
  FUNCTIONALITY_NOT_ENABLED: "[OAuth Usage] is not currently enabled for this organization or user.",
};

/** The Connect usage resources, which know external client apps alone (docs/salesforce.md#usage-of-external-client-apps). */
export function usageRoutes(server: FastifyInstance, context: Context): void {
  const { store } = context;
  const root = "/services/data/v:version/apps/oauth/usage";
  const { usageLists, usageUsersWhenNone } = store.platform;
  const { usageNeeds, usageRevokingNeeds } = store.platform;
  const preHandler = [authorized(context), available(context), allowed(context, usageNeeds), wholePages];

  server.get<{ Params: Params }>(root, { preHandler }, async (request) => {
    const used = new Set(externalGrants(store).map((grant) => store.applicationId(grant)!));
    const listed = store
      .externalClientApps()
      .filter(({ Id }) => usageLists === "all" || used.has(String(Id)));
    return paged(
      request,
      "apps",
      listed.map(({ Id: id }) => ({
        accessTokenFormat: "Opaque",
        availableActions: "disable, enable",
        developerName: developerName(String(id), store),
        identifier: id,
        isFromPackage: false,
        usageDetailsUrl: `${usageUrl(request.params)}/${id}/users`,
      })),
    );
  });
  server.get<{ Params: Params }>(`${root}/:app/users`, { preHandler }, async (request, reply) => {
    const { app } = request.params;
    if (store.lookUp("ExternalClientApplication", app) === undefined) return notFound(reply);
    const byUser = Map.groupBy(externalGrants(store, app), ({ UserId }) => String(UserId));
    if (byUser.size === 0 && usageUsersWhenNone === "404") return notFound(reply);
    return paged(
      request,
      "users",
      [...byUser].map(([user, rows]) => ({
        ...usage(app, rows, store),
        revocationUrl: `${usageUrl(request.params)}/${app}/${user}/tokens`,
      })),
    );
  });
  server.get<{ Params: Params }>(
    `${root}/:app/:user/tokens`,
    { preHandler },
    async ({ params, url }, reply) => {
      const rows = externalGrants(store, params.app, params.user);
      if (rows.length === 0 && usageUsersWhenNone === "404") return notFound(reply);
      const tokens = rows.map((row) => ({
        ...usage(params.app, [row], store),
        revocationUrl: `${usageUrl(params)}/tokens/${row.usageId}`,
      }));
      return { tokens, currentPageUrl: url };
    },
  );

  const needed = usageRevokingNeeds === "same" ? usageNeeds : usageRevokingNeeds;
  const revoking = { preHandler: [...preHandler, allowed(context, needed)] };
  const remove = (rows: readonly Row[], reply: FastifyReply) => {
    for (const { DeleteToken } of rows) store.revoke(String(DeleteToken));
    return reply.code(204).send();
  };
  server.delete<{ Params: Params }>(
    `${root}/:app/:user/tokens`,
    revoking,
    async ({ params: { app, user } }, reply) => remove(externalGrants(store, app, user), reply),
  );
  server.delete<{ Params: Params }>(`${root}/:app/tokens`, revoking, async ({ params: { app } }, reply) =>
    remove(externalGrants(store, app), reply),
  );
  server.delete<{ Params: Params }>(
    `${root}/tokens/:token`,
    revoking,
    async ({ params: { token } }, reply) => {
      const row = externalGrants(store).find(({ usageId }) => usageId === token);
      return row === undefined ? notFound(reply) : remove([row], reply);
    },
  );
}

/** An org without external client apps has no such resources, nor have older versions of the API. Use as `preHandler`. */
function available({ options }: Context) {
  return async ({ params }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> =>
    options.externalClientApps === false || Number((params as Versioned).version) < SINCE
      ? notFound(reply)
      : undefined;
}

/** Which permission the resources need, or which setting of the org, nobody has documented. Use as `preHandler`. */
function allowed({ store }: Context, needs: Platform["usageNeeds"]) {
  const { usageRefusal } = store.platform;
  const may = {
    nothing: () => true,
    viewer: (userId: string) => store.maySeeExternalClientApps(userId),
    admin: (userId: string) => store.may(userId, "ExternalClientAppAdmin"),
    setting: () => false,
  }[needs];
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    if (may(bearerSession(request, store)!.userId)) return undefined;
    return usageRefusal === "404"
      ? notFound(reply)
      : refuse(reply, 403, usageRefusal, USAGE_REFUSED[usageRefusal]);
  };
}

/** Pages are whole numbers. Use as `preHandler`. */
async function wholePages(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const { page = "0", pageSize = "100" } = request.query as Paging;
  return /^\d{1,6}$/.test(page) && /^[1-9]\d{0,3}$/.test(pageSize)
    ? undefined
    : refuse(reply, 400, "INVALID_PARAMETER", "page and pageSize are whole numbers, from 0 and from 1");
}

function paged<T>({ query, url }: FastifyRequest, key: string, all: readonly T[]) {
  const { page = "0", pageSize = "100" } = query as Paging;
  const [number, size] = [Number(page), Number(pageSize)];
  const pageUrl = (n: number) => `${url.split("?")[0]}?page=${n}&pageSize=${size}`;
  const more = (number + 1) * size < all.length;
  return {
    [key]: all.slice(number * size, (number + 1) * size),
    currentPageUrl: pageUrl(number),
    nextPageUrl: more ? pageUrl(number + 1) : null,
  };
}

/** The grants of external client apps, or of one, and of one user; ids may have 15 or 18 characters. */
function externalGrants(store: Store, app?: string, user?: string): Row[] {
  return store.grants().filter((grant) => {
    const id = store.applicationId(grant);
    return (
      id?.startsWith("0xI") &&
      (app === undefined || sameId(id, app)) &&
      (user === undefined || sameId(String(grant.UserId), user))
    );
  });
}

/** What the resources say of grants of one user for one app together, but for the way to revoke them. */
function usage(app: string, rows: readonly Row[], store: Store) {
  const { CreatedDate, UserId } = rows[0]!;
  const user = store.lookUp("User", String(UserId))!;
  const times = rows.map(({ LastUsedDate }) => LastUsedDate).filter((time) => typeof time === "number");
  return {
    accessTokenFormat: "Opaque",
    appDeveloperName: developerName(app, store),
    appIdentifier: app,
    initialConnectionAt: typeof CreatedDate === "number" ? datetime(CreatedDate) : null,
    lastUsedAt: times.length === 0 ? null : datetime(Math.max(...times)),
    useCount: rows.reduce((sum, { UseCount }) => sum + Number(UseCount ?? 0), 0),
    userIdentifier: user.Id,
    username: user.Username,
  };
}

function developerName(app: string, store: Store) {
  return store.lookUp("ExternalClientApplication", app)?.DeveloperName ?? null;
}

function usageUrl(params: Versioned): string {
  return `${apiBase(params)}/apps/oauth/usage`;
}
