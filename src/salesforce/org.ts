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
  /** The app that the tool is connected through; null where neither configuration nor the org says. */
  readonly app: AppRef | null;
}
