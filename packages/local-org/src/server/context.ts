import type { Store } from "../store/store.ts";
import type { Faults } from "./faults.ts";
import type { LocalOrgOptions } from "./options.ts";

/** What the routes of one local org share. */
export interface Context {
  readonly store: Store;
  readonly faults: Faults;
  readonly options: LocalOrgOptions;
  readonly requests: RecordedRequest[];
  readonly writes: string[];
  apiUsage: number;
}

/** A request that came in, without token material. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** The query of a `query` request, decoded. */
  readonly soql: string | null;
  /** 0 where the connection was cut before an answer, or there is none yet. */
  readonly status: number;
  /** Names of the form's fields; what they held is not kept. */
  readonly form: readonly string[];
  /** For a revoke call: whose grant of which app; null for an unknown token. */
  readonly grant: RevokedGrant | null;
  /** Whether it is a part of a composite, and so no call of its own. */
  readonly isPart: boolean;
}

/** The grant that a revoke call names by its token. */
export interface RevokedGrant {
  /** As the usage resources name it, since OauthToken.Id may be null. */
  readonly id: string;
  readonly username: string;
  readonly app: string;
}
