import { rowCheck, textOfAnswer } from "./answers.ts";
import { salesforceErrors } from "./errors.ts";
import { ApiError } from "./failure.ts";
import { type OrgSession, type PageRead, SessionOver } from "./session.ts";

/** Of a query, where the org does not say how many API calls it has. */
const MOST_PAGES = 100_000;
/** Pages hold 200 rows at least, but for wide ones: with far fewer in each, an answer would go on as long as it liked. */
const LEAST_ROWS_PER_PAGE = 20;
/** How often a page may bring what one before it brought. */
const MOST_REPEATS = 3;
/** No answer is read that has more rows: they would not fit into memory. */
export const MOST_ROWS = 5_000_000;
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

type FirstPage = (path: string) => Promise<PageRead>;

/**
 * The pages of a query, each row of them checked. Where they are lost on the way, since their session is over or the org
 * knows them no more, the query is begun anew.
 * @param base such as `/services/data/v67.0` @param firstPage asks for the first page; the others are asked for one by one
 * @throws as `OrgReader.query`
 */
export async function* queryPages(
  session: OrgSession,
  base: string,
  soql: string,
  maxApiShare: number,
  firstPage: FirstPage = (path) => session.page(path, null),
): AsyncGenerator<PageOfAnswer> {
  for (let reading = 1; ; reading++) {
    try {
      return yield* readOnce(session, base, soql, maxApiShare, firstPage);
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
  firstPage: FirstPage,
): AsyncGenerator<PageOfAnswer> {
  const { host } = session;
  const check = rowCheck(soql);
  const progress = new Progress(session, maxApiShare);
  let next: string | undefined = `${base}/query?q=${encodeURIComponent(soql)}`;
  let read: PageRead | null = null;
  while (next !== undefined) {
    progress.asks(next);
    read = read === null ? await firstPage(next) : await session.page(next, read.owner);
    const page = queryPage(read.answer, host);
    for (const record of page.records) check(record);
    yield { ...page, isFirst: progress.pages === 1 };
    if (page.done) return;
    progress.goesOn(page);
    next = page.nextRecordsUrl;
  }
}

/** Whether the pages of an answer get on: each brings rows, which are new, and all together no more than the first one counted. */
class Progress {
  readonly #session: OrgSession;
  readonly #mostPages: number;
  readonly #asked = new Set<string>();
  readonly #seen = new Set<string>();
  #totalSize: number | null = null;
  #rows = 0;
  #repeats = 0;

  constructor(session: OrgSession, maxApiShare: number) {
    const { apiUsage } = session;
    this.#session = session;
    this.#mostPages = apiUsage === null ? MOST_PAGES : apiUsage.limit * maxApiShare;
  }

  /** Notes that a page is asked for. @throws RemoteError where it was before */
  asks(page: string): void {
    if (this.#asked.has(page)) throw salesforceErrors["page-repeated"]({ host: this.#session.host });
    this.#asked.add(page);
  }

  get pages(): number {
    return this.#asked.size;
  }

  /** Notes a page that says that more follow. @throws RemoteError where they need not be asked for */
  goesOn({ totalSize: counted, records }: QueryPage): void {
    const { host } = this.#session;
    this.#totalSize ??= counted; // those after it count what the first did, or would for ever
    this.#rows += records.length;
    const [totalSize, rows] = [this.#totalSize, this.#rows];
    const mostPages = 10 + Math.min(rows / LEAST_ROWS_PER_PAGE, this.#mostPages);
    if (totalSize > MOST_ROWS)
      throw salesforceErrors["answer-too-long"]({ host, totalSize, most: MOST_ROWS });
    if (records.length === 0 || rows >= totalSize || this.pages > mostPages)
      throw salesforceErrors["pages-without-end"]({ host, totalSize, rows });
    // Its ends tell a page well enough, and cost little where there are many.
    const ends = textOfAnswer([records.length, records[0], records.at(-1)]);
    if (this.#seen.has(ends) && ++this.#repeats === MOST_REPEATS)
      throw salesforceErrors["page-repeated"]({ host });
    this.#seen.add(ends);
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
