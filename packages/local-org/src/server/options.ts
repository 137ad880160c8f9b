import type { OrgFixture } from "../fixture/fixture.ts";
import type { StoreOptions } from "../store/store.ts";
import type { Fault } from "./faults.ts";

/** What a local org is started with; settings of the platform win over those of the fixture. */
export interface LocalOrgOptions extends StoreOptions {
  readonly org: OrgFixture;
  /** The profile of another org, as data: this one answers like that one as far as it tells. Other options win over it. */
  readonly profile?: unknown;
  /** On the loopback interface; a free one without it. */
  readonly port?: number;
  /** Clients that may log in by JWT bearer or client credentials. */
  readonly clients?: readonly Client[];
  readonly faults?: readonly Fault[];
  /** Everybody's, for `login` of the SOAP API; without it nobody logs in by a password. */
  readonly password?: string;
  /** Answers every request that would write with 500, and lists it in `writes`. */
  readonly readOnly?: boolean;
  /** What LoginHistory names as the app of `accessToken`'s session; null for nothing. */
  readonly callerApp?: string | null;
  /** `totalSize` of a query that the 2,500-row ceiling cuts: the whole count (default) or the rows handed out. Not documented. */
  readonly totalSizeAtCeiling?: "all" | "capped";
  /** API calls a day; 100,000 without it. */
  readonly apiLimit?: number;
}

/** The app that a login is made through, unless told. */
export const CALLER_APP = "sanctioned";

/** An app that may log in to the local org. */
export interface Client {
  readonly clientId: string;
  /** What LoginHistory calls the app of a session that it opens; `sanctioned` without it. */
  readonly name?: string;
  /** Whether the org has it; true without it. */
  readonly installed?: boolean;
  /** For JWT bearer: the registered certificate or public key, PEM. */
  readonly certificate?: string;
  /** For client credentials, with the user that it runs as. */
  readonly clientSecret?: string;
  readonly runAs?: string;
}
