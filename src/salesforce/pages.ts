import { rowCheck } from "./answers.ts";
import { salesforceErrors } from "./errors.ts";
import { ApiError } from "./failure.ts";
import { type OrgSession, type PageOwner, SessionOver } from "./session.ts";

/** Of a query, where the org does not say how many API calls it has. */
const MOST_PAGES = 100_000;
/** How often a query is begun, at most, whose pages are lost on the way. */
const MOST_READINGS = 4;

interface QueryPage {
  readonly totalSize: number;
  readonly done: boolean;
  readonly records: unknown[];
  readonly nextRecordsUrl?: string;
}

/** A page, and whether it is the first: where that comes again, the answer begins anew, and what came before is void. */
export type PageOfAnswer = QueryPage & { readonly isFirst: boolean };

/**
 * The pages of a query, each row of them checked. Where they are lost on the way, since their session is over or the org
 * knows them no more, the query is begun anew.
 * @param base such as `/services/data/v67.0` @throws as `OrgReader.query`
 */
export async function* queryPages(
  session: OrgSession,
  base: string,
  soql: string,
  maxApiShare: number,
): AsyncGenerator<PageOfAnswer> {
  for (let reading = 1; ; reading++) {
    try {
      return yield* readOnce(session, base, soql, maxApiShare);
    } catch (error) {
      const isForgotten = error instanceof ApiError && error.salesforceCode === "INVALID_QUERY_LOCATOR";
      if (!(isForgotten || error instanceof SessionOver)) throw error;
      if (reading === MOST_READINGS)
        throw salesforceErrors["pages-lost"]({ host: session.host, times: MOST_READINGS });
    }
  }
}

async function* readOnce(
  session: OrgSession,
  base: string,
  soql: string,
  maxApiShare: number,
): AsyncGenerator<PageOfAnswer> {
  const { host } = session;
  const check = rowCheck(soql);
  const asked = new Set<string>();
  let rows = 0;
  let next: string | undefined = `${base}/query?q=${encodeURIComponent(soql)}`;
  let owner: PageOwner | null = null;
  while (next !== undefined) {
    if (asked.has(next)) throw salesforceErrors["page-repeated"]({ host });
    asked.add(next);
    const read: Awaited<ReturnType<OrgSession["page"]>> = await session.page(next, owner);
    owner = read.owner;
    const page = queryPage(read.answer, host);
    for (const record of page.records) check(record);
    rows += page.records.length;
    yield { ...page, isFirst: asked.size === 1 };
    if (page.done) return;
    const { records, totalSize, nextRecordsUrl } = page;
    const most = mostPages(totalSize, session, maxApiShare);
    if (records.length === 0 || rows >= totalSize || asked.size > most)
      throw salesforceErrors["pages-without-end"]({ host, totalSize, rows });
    next = nextRecordsUrl;
  }
}

function queryPage(answer: unknown, host: string): QueryPage {
  const page = answer as Partial<QueryPage> | null | undefined;
  if (
    !Number.isSafeInteger(page?.totalSize) ||
    page!.totalSize! < 0 ||
    typeof page?.done !== "boolean" ||
    !Array.isArray(page.records) ||
    !(page.done || isOwnPath(page.nextRecordsUrl))
  )
    throw salesforceErrors["query-answer-not-salesforce"]({ host });
  return page as QueryPage;
}

/** The next page is asked for with the access token, so its address must lead to a query's pages and nowhere else. */
function isOwnPath(url: unknown): boolean {
  return typeof url === "string" && /^\/services\/data\/v\d+\.\d\/query\/[A-Za-z0-9_-]+$/.test(url);
}

/**
 * Pages hold 200 rows at least, but for wide ones. With far smaller ones, or a number of rows that is none, an answer would go
 * on as long as it liked, and take more of the org's API calls than a run may.
 */
function mostPages(totalSize: number, { apiUsage }: OrgSession, maxApiShare: number): number {
  return 10 + Math.min(totalSize / 20, apiUsage === null ? MOST_PAGES : apiUsage.limit * maxApiShare);
}
