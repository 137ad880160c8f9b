import type { AppRef, OrgId, UserId } from "./id.ts";

/** A Salesforce org that was connected to. */
export interface Org {
  readonly id: OrgId;
  readonly name: string;
  readonly isSandbox: boolean;
  /** Origin without a trailing slash, such as `https://dieppe.my.salesforce.com`. */
  readonly instanceUrl: string;
  /** Such as `67.0`. */
  readonly apiVersion: string;
}

/** Who the tool itself is in the org: never revoked. */
export interface Caller {
  readonly userId: UserId;
  readonly username: string;
  /** What the org calls the app that the session was made through; null where it does not say. A label, and no identity. */
  readonly sessionApp: string | null;
  /** The app that the settings call the tool's own; null where they say none. */
  readonly namedApp: AppRef | null;
}
