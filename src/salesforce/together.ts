import { chunksOf } from "../collections.ts";
import { CodedError, RemoteError } from "../errors.ts";
import { ApiError } from "./failure.ts";
import type { OrgSession, PageRead } from "./session.ts";

/** Queries that Composite takes in one call (docs/salesforce.md#composite). */
const MOST_QUERIES = 5;

interface Asked {
  readonly path: string;
  readonly resolve: (page: Promise<PageRead>) => void;
}

/**
 * Asks for the first pages of queries: those that are asked for at the same moment in one call, as the parts of a composite.
 * That is a shorter way and nothing else: a part that is not answered well is asked for alone, with all that is done about
 * faults there, and so are all parts of an answer that is not whole.
 */
export class Together {
  readonly #session: OrgSession;
  readonly #base: string;
  readonly #isWanted: boolean;
  #isTaken = true;
  #waiting: Asked[] = [];

  /** @param base such as `/services/data/v67.0` @param isWanted whether Composite may be used */
  constructor(session: OrgSession, base: string, isWanted: boolean) {
    this.#session = session;
    this.#base = base;
    this.#isWanted = isWanted;
  }

  /** What kept the org from answering a composite may have passed. */
  beginRun(): void {
    this.#isTaken = true;
  }

  /** The first page of a query. Errors as `OrgSession.page`. */
  firstPage(path: string): Promise<PageRead> {
    if (!this.#isWanted || !this.#isTaken) return this.#alone(path);
    return new Promise((resolve) => {
      this.#waiting.push({ path, resolve });
      // After what is asked for now, and by what follows from it without waiting for an answer.
      if (this.#waiting.length === 1) setImmediate(() => this.#send());
    });
  }

  #send(): void {
    for (const some of chunksOf(this.#waiting.splice(0), MOST_QUERIES)) {
      const parts = this.#parts(some.map(({ path }) => path));
      for (const [i, { path, resolve }] of some.entries())
        resolve(parts.then((pages) => pages?.[i] ?? this.#alone(path)));
    }
  }

  /** What one call brings of several queries, in their order, null for one to ask for alone; null for all of them. */
  async #parts(paths: readonly string[]): Promise<readonly (PageRead | null)[] | null> {
    if (paths.length === 1) return null;
    const compositeRequest = paths.map((url, i) => ({ method: "GET", url, referenceId: referenceOf(i) }));
    try {
      const body = { allOrNone: false, compositeRequest };
      const { answer, owner } = await this.#session.postComposite(`${this.#base}/composite`, body);
      const parts = partsOf(answer, paths.length);
      if (parts === null) this.#isTaken = false;
      return (
        parts?.map((part) => (part.httpStatusCode === 200 ? { answer: part.body, owner } : null)) ?? null
      );
    } catch (error) {
      if (!(error instanceof RemoteError) || isOfEveryCall(error)) throw error;
      this.#isTaken = false;
      return null;
    }
  }

  #alone(path: string): Promise<PageRead> {
    return this.#session.page(path, null);
  }
}

function referenceOf(i: number): string {
  return `query${i}`;
}

interface Part {
  readonly httpStatusCode?: unknown;
  readonly body?: unknown;
}

/** The parts of an answer in the order of the queries; null where it does not answer each of them once, and nothing else. */
function partsOf(answer: unknown, count: number): readonly Part[] | null {
  const all = (answer as { compositeResponse?: unknown } | null)?.compositeResponse;
  if (!Array.isArray(all) || all.length !== count) return null;
  const byReference = new Map(
    all.map((part: { referenceId?: unknown } | null) => [part?.referenceId, part as Part]),
  );
  const parts = Array.from({ length: count }, (_, i) => byReference.get(referenceOf(i)));
  return parts.every((part) => part !== undefined) ? parts : null;
}

/** Whether each query would be answered so alone, too, or must not be asked for again now. */
function isOfEveryCall(error: RemoteError): boolean {
  if (error instanceof ApiError)
    return ["INVALID_SESSION_ID", "REQUEST_LIMIT_EXCEEDED"].includes(error.salesforceCode);
  return error instanceof CodedError && error.code === "asked-to-wait";
}
