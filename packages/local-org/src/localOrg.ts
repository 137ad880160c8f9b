import type { AddressInfo } from "node:net";
import formbody from "@fastify/formbody";
import Fastify, { type FastifyInstance } from "fastify";
import { LocalOrgError } from "./errors.ts";
import { readProfile, withCallerOf } from "./fixture/profile.ts";
import { adminRoutes } from "./server/admin.ts";
import { bulkQueryRoutes } from "./server/bulkQuery.ts";
import { compositeRoutes } from "./server/composite.ts";
import type { Context, RecordedRequest } from "./server/context.ts";
import { apiRoutes } from "./server/dataApi.ts";
import { failureShapes } from "./server/failures.ts";
import { type Fault, Faults } from "./server/faults.ts";
import { loginRoutes } from "./server/login.ts";
import { metadataRoutes } from "./server/metadata.ts";
import { misbehave } from "./server/misbehave.ts";
import { CALLER_APP, type LocalOrgOptions } from "./server/options.ts";
import { partnerRoutes } from "./server/partner.ts";
import { queryRoutes } from "./server/query.ts";
import { recordRequests } from "./server/requests.ts";
import { revokeRoutes } from "./server/revoke.ts";
import { sobjectRoutes } from "./server/sobjects.ts";
import { usageRoutes } from "./server/usage.ts";
import { Store } from "./store/store.ts";

/** A running local org. */
export interface LocalOrg {
  readonly url: string;
  readonly port: number;
  readonly store: Store;
  /** Of the fixture's caller. */
  readonly accessToken: string;
  /** A new access token of another user, through the named app. */
  sessionFor(username: string, app?: string): string;
  setFaults(faults: readonly Fault[]): void;
  /** In the order in which they came in. */
  readonly requests: readonly RecordedRequest[];
  /** The requests that would have written, where `readOnly` is on. */
  readonly writes: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a local org that answers like Salesforce, on the loopback interface alone.
 * @throws LocalOrgError where the port is taken, or the profile is none
 */
export async function startLocalOrg(given: LocalOrgOptions): Promise<LocalOrg> {
  const options = profiled(given);
  const { org, faults = [], callerApp = CALLER_APP } = options;
  const store = new Store(org, options);
  const context: Context = { store, faults: new Faults(), options, requests: [], writes: [], apiUsage: 0 };
  context.faults.set(faults);
  const server = Fastify({
    forceCloseConnections: true,
    bodyLimit: 8 * 1024 * 1024,
    // A misspelt key of a fault would otherwise be dropped, and the fault would hit every request.
    ajv: { customOptions: { removeAdditional: false } },
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
  });
  await server.register(formbody);
  failureShapes(server);
  recordRequests(server, context);
  misbehave(server, context);
  loginRoutes(server, context);
  apiRoutes(server, context);
  queryRoutes(server, context);
  sobjectRoutes(server, context);
  bulkQueryRoutes(server, context);
  compositeRoutes(server, context);
  revokeRoutes(server, context);
  usageRoutes(server, context);
  await metadataRoutes(server, context);
  await partnerRoutes(server, context);
  adminRoutes(server, context);
  await listen(server, options.port ?? 0);

  const { port } = server.server.address() as AddressInfo;
  const open = (username: string, app: string | null): string => {
    const userId = store.userId(username);
    if (userId === undefined) throw new LocalOrgError(`The local org has no user ${username}.`);
    return store.openSession(userId, app).token;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    store,
    accessToken: open(org.caller, callerApp),
    sessionFor: (username, app = CALLER_APP) => open(username, app),
    setFaults: (next) => context.faults.set(next),
    requests: context.requests,
    writes: context.writes,
    close: () => server.close(),
  };
}

/** The options of an org that is to answer like that of a profile. @throws LocalOrgError for what is no profile */
function profiled({ profile, ...options }: LocalOrgOptions): LocalOrgOptions {
  if (profile === undefined) return options;
  const told = readProfile(profile, "profile");
  return { ...told.platform, ...told.options, ...options, org: withCallerOf(options.org, told) };
}

async function listen(server: FastifyInstance, port: number): Promise<void> {
  try {
    await server.listen({ host: "127.0.0.1", port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    const why = code === "EADDRINUSE" ? "is taken" : "may not be used";
    throw new LocalOrgError(
      `Port ${port} ${why}: choose another with --port, or leave it out for a free one.`,
    );
  }
}
