import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import formbody from "@fastify/formbody";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { UserError } from "../errors.ts";
import { adminRoutes } from "./admin.ts";
import { dataRoutes } from "./data.ts";
import { type Fault, Faults } from "./faults.ts";
import type { OrgFixture } from "./fixture.ts";
import { type Client, loginRoutes } from "./login.ts";
import { revokeRoutes } from "./revoke.ts";
import { Store } from "./store.ts";
import { usageRoutes } from "./usage.ts";

export interface SimulatorOptions {
  readonly org: OrgFixture;
  /** On the loopback interface; a free one without it. */
  readonly port?: number;
  /** Clients that may log in by JWT bearer or client credentials. */
  readonly clients?: readonly Client[];
  readonly faults?: readonly Fault[];
  /** Answers every request that would write with 500, and lists it in `writes`. */
  readonly readOnly?: boolean;
  /** Whether OauthToken.Id is null, as documented; filled by default, as seen in practice. */
  readonly nullTokenIds?: boolean;
  /** `totalSize` of a query that the 2,500-row ceiling cuts: the whole count (default) or the rows handed out. Not documented. */
  readonly totalSizeAtCeiling?: "all" | "capped";
  /** Whether the org has external client apps at all. */
  readonly externalClientApps?: boolean;
  /** API calls a day. */
  readonly apiLimit?: number;
}

/** A request that came in, without token material. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** The query of a `query` request, decoded. */
  readonly soql: string | null;
  readonly status: number;
  /** For a revoke call: whose grant of which app; null for an unknown token. */
  readonly grant: { readonly username: string; readonly app: string } | null;
}

/** What the routes share. */
export interface Context {
  readonly store: Store;
  readonly faults: Faults;
  readonly options: SimulatorOptions;
  readonly requests: RecordedRequest[];
  apiUsage: number;
}

/** A running local org. */
export interface Simulator {
  readonly url: string;
  readonly port: number;
  readonly store: Store;
  /** Of the fixture's caller. */
  readonly accessToken: string;
  /** A new access token of another user. */
  sessionFor(username: string): string;
  setFaults(faults: readonly Fault[]): void;
  readonly requests: readonly RecordedRequest[];
  /** The requests that would have written, where `readOnly` is on. */
  readonly writes: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a local org that answers like Salesforce, on the loopback interface alone.
 * @throws UserError where the port is taken
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const store = new Store(options.org, options.nullTokenIds ?? false);
  const context: Context = { store, faults: new Faults(), options, requests: [], apiUsage: 0 };
  context.faults.set(options.faults ?? []);
  const writes: string[] = [];
  const server = Fastify({
    forceCloseConnections: true,
    bodyLimit: 8 * 1024 * 1024,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
  });
  await server.register(formbody);
  addRecorder(server, context);
  addFaults(server, context, writes);
  loginRoutes(server, context);
  dataRoutes(server, context);
  revokeRoutes(server, context);
  usageRoutes(server, context);
  adminRoutes(server, context);
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send([{ errorCode: "NOT_FOUND", message: "The requested resource does not exist" }]),
  );
  await listen(server, options.port ?? 0);

  const { port } = server.server.address() as AddressInfo;
  const open = (username: string): string => {
    const userId = store.userId(username);
    if (userId === undefined) throw new UserError(`The local org has no user ${username}.`);
    return store.openSession(userId).token;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    store,
    accessToken: open(options.org.caller),
    sessionFor: open,
    setFaults: (faults) => context.faults.set(faults),
    requests: context.requests,
    writes,
    close: () => server.close(),
  };
}

async function listen(server: FastifyInstance, port: number): Promise<void> {
  try {
    await server.listen({ host: "127.0.0.1", port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    const why = code === "EADDRINUSE" ? "is taken" : "may not be used";
    throw new UserError(`Port ${port} ${why}: choose another with --port, or leave it out for a free one.`);
  }
}

function addRecorder(server: FastifyInstance, context: Context): void {
  server.addHook("onResponse", async (request, reply) => {
    if (isAdmin(request)) return;
    const { q } = request.query as { q?: string };
    context.requests.push({
      method: request.method,
      path: request.url.split("?")[0]!,
      soql: q ?? null,
      status: reply.statusCode,
      grant: grants.get(request) ?? null,
    });
  });
}

/** Of which grant a revoke call is; kept beside the request, since the token must not be logged. */
const grants = new WeakMap<FastifyRequest, { username: string; app: string }>();

function addFaults(server: FastifyInstance, context: Context, writes: string[]): void {
  server.addHook("preHandler", async (request, reply) => {
    if (isAdmin(request)) return;
    const token = (request.body as { token?: string } | undefined)?.token;
    const grant = token === undefined ? undefined : context.store.grantOfToken(token);
    if (grant !== undefined) {
      const username = String(context.store.lookUp("User", String(grant.UserId))!.Username);
      grants.set(request, { username, app: String(grant.AppName) });
    }
    const line = `${request.method} ${decodeURIComponent(request.url.replaceAll("+", " ").replaceAll("%2B", "+"))}`;
    if (context.options.readOnly && isWrite(request)) {
      writes.push(line.split("?")[0]!);
      return reply.code(500).send([{ errorCode: "READ_ONLY", message: "this org must not be written to" }]);
    }
    for (const fault of context.faults.hit(line, grants.get(request)?.username)) {
      switch (fault.kind) {
        case "latency":
          await sleep(fault.ms ?? 100);
          break;
        case "status":
          if (fault.retryAfterSeconds !== undefined)
            reply.header("Retry-After", String(fault.retryAfterSeconds));
          return reply
            .code(fault.status ?? 503)
            .send([{ errorCode: "SERVER_UNAVAILABLE", message: "try again later" }]);
        case "expire":
          return reply
            .code(401)
            .send([{ errorCode: "INVALID_SESSION_ID", message: "Session expired or invalid" }]);
        case "redirect":
          return reply.redirect(`http://127.0.0.1:${request.socket.localPort}/elsewhere`, 302);
        case "html":
          return reply.code(503).type("text/html").send("<html><body>Down for maintenance</body></html>");
        case "applyThenDrop":
          if (token !== undefined) context.store.revoke(token);
          reply.hijack();
          request.raw.socket.destroy();
          return reply;
        case "drop":
          reply.hijack();
          request.raw.socket.destroy();
          return reply;
      }
    }
    return undefined;
  });
}

function isAdmin(request: FastifyRequest): boolean {
  return request.url.startsWith("/__simulator/");
}

function isWrite({ method, url }: FastifyRequest): boolean {
  if (url.startsWith("/services/oauth2/revoke")) return true;
  return !["GET", "HEAD"].includes(method) && !/^\/services\/oauth2\/(token|userinfo)/.test(url);
}
