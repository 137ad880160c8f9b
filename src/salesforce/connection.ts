import { chunksOf } from "../collections.ts";
import { REAL_CLOCK, type RetryClock } from "../http/retry.ts";
import { componentCheck } from "./answers.ts";
import { chooseApiVersion, throwOfVersion } from "./apiVersion.ts";
import { readCaller, readOrg } from "./caller.ts";
import type { Credentials } from "./credentials.ts";
import { queryPages } from "./pages.ts";
import { type OrgReader, type QueryOptions, type QueryResult, refuseTokenFields } from "./reader.ts";
import { OrgSession } from "./session.ts";
import { Together } from "./together.ts";

/** A connection with what only the apply step may use: a query that may name DeleteToken. */
export interface OrgConnection extends OrgReader {
  /** As `query`, without its guard: for src/apply alone, for the grants that a plan names. */
  queryForRevocation<Row>(soql: string): Promise<QueryResult<Row>>;
  /** Deletes a REST resource below `/services/data/vNN.0`, once: for src/apply alone. Errors as `query`, but for the HTTP status. */
  deleteForRevocation(path: string): Promise<{ status: number; retryAfterMs: number | null }>;
}

/** Requests under way at once, where nobody says how many. */
const DEFAULT_CONCURRENCY = 8;
/** readMetadata takes no more components at once. */
const METADATA_PER_CALL = 10;

/**
 * Logs in to read, and learns which org and user it is. What it gives has nothing that could revoke.
 * @throws UserError for an org that cannot be reached, credentials that are refused and the like; no message holds a token
 */
export async function connect(credentials: Credentials, clock: RetryClock = REAL_CLOCK): Promise<OrgReader> {
  return (await logIn(credentials, clock)).reader;
}

/** As `connect`, with what revokes: for the run that applies a plan. */
export async function connectToRevoke(
  credentials: Credentials,
  clock: RetryClock = REAL_CLOCK,
): Promise<OrgConnection> {
  const { reader, session, base, query } = await logIn(credentials, clock);
  return Object.assign(reader, {
    queryForRevocation: <Row>(soql: string) => query<Row>(soql),
    deleteForRevocation: (path: string) => session.delete(`${base}${path}`),
  });
}

async function logIn(
  { login, apiVersion, ownApp, concurrency, maxApiShare, composite }: Credentials,
  clock: RetryClock,
) {
  const session = new OrgSession(login, concurrency ?? DEFAULT_CONCURRENCY, clock);
  await session.logIn();
  const version = await chooseApiVersion(session, apiVersion);
  const base = `/services/data/v${version}`;

  const together = new Together(session, base, composite);
  const pages = (soql: string) =>
    isAskedAlone(soql)
      ? queryPages(session, base, soql, maxApiShare)
      : queryPages(session, base, soql, maxApiShare, (path) => together.firstPage(path));
  const query = async <Row>(
    soql: string,
    { enough = Number.POSITIVE_INFINITY }: QueryOptions = {},
  ): Promise<QueryResult<Row>> => {
    const rows: Row[] = [];
    let totalSize = 0;
    let count = 0;
    for await (const page of pages(soql)) {
      count++;
      if (page.isFirst) {
        rows.length = 0;
        ({ totalSize } = page);
      }
      for (const record of page.records) rows.push(record as Row);
      if (rows.length >= enough) break;
    }
    return { rows, totalSize, pages: count };
  };
  const [{ org, mostAtOnce }, caller] = await Promise.all([
    readOrg(session, query, version),
    readCaller(session, query, base, ownApp),
  ]).catch((error: unknown) => throwOfVersion(session, apiVersion, error));
  if (concurrency === null && mostAtOnce !== null) session.boundConcurrency(mostAtOnce);

  const reader: OrgReader = {
    org,
    caller,
    maxApiShare,
    beginRun: () => {
      session.beginRun();
      together.beginRun();
    },
    get concurrency() {
      return session.concurrency;
    },
    get calls() {
      return session.calls;
    },
    get apiUsage() {
      return session.apiUsage;
    },
    get headerNames() {
      return [...session.headerNames];
    },
    get clockSkewMs() {
      return session.clockSkewMs;
    },
    query: async (soql, options) => {
      refuseTokenFields(soql);
      return await query(soql, options);
    },
    eachPage: async <Row>(soql: string, take: (rows: Row[], isFirst: boolean) => void) => {
      refuseTokenFields(soql);
      let totalSize = 0;
      let count = 0;
      for await (const page of pages(soql)) {
        count++;
        if (page.isFirst) ({ totalSize } = page);
        take(page.records as Row[], page.isFirst);
      }
      return { totalSize, pages: count };
    },
    count: async (soql) => {
      refuseTokenFields(soql);
      return (await query(soql)).totalSize;
    },
    get: (path) => session.get(`${base}${path}`),
    listMetadata: async (type) =>
      recordsOf<{ fullName?: unknown; id?: unknown } | null>(
        await session.metadata(version, "listMetadata", { queries: { type }, asOfVersion: version }),
      ).flatMap((component) =>
        typeof component?.fullName === "string"
          ? { fullName: component.fullName, id: typeof component.id === "string" ? component.id : null }
          : [],
      ),
    readMetadata: async <T>(type: string, fullNames: readonly string[]) => {
      const records: (T & { readonly fullName: string })[] = [];
      const check = componentCheck(type);
      for (const some of chunksOf(fullNames, METADATA_PER_CALL)) {
        const result = await session.metadata(version, "readMetadata", { type, fullNames: some });
        const found = recordsOf<(T & { readonly fullName: string }) | null>(
          (result as { records?: unknown } | null)?.records,
        );
        // A component that the org does not hand out has no name.
        for (const record of found)
          if (typeof record?.fullName === "string") {
            check(record);
            records.push(record);
          }
      }
      return records;
    },
  };
  return { reader, session, base, query };
}

/**
 * Grants are counted and read by calls of their own: the proof that they are all says how many, and their object is like no
 * other (docs/salesforce.md#pages-and-the-ceiling). So no token is ever asked for together with something else.
 */
function isAskedAlone(soql: string): boolean {
  return /\bFROM\s+OauthToken\b/i.test(soql);
}

/** SOAP has one element where there is one, and none where there is none. */
function recordsOf<T>(value: unknown): T[] {
  if (value === null || value === undefined) return [];
  return (Array.isArray(value) ? value : [value]) as T[];
}
