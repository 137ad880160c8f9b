import type { Platform } from "../fixture/platform.ts";
import type { GrantRange } from "./grants.ts";
import type { Row } from "./rows.ts";
import type { Schema } from "./schema.ts";

/** The org as one caller sees it through one version of the API. */
export interface View {
  readonly schema: Schema;
  readonly platform: Platform;
  /** In milliseconds since the epoch: what the date literals of its queries are reckoned from. */
  readonly now: number;
  /** The records of an sObject that the caller may see; of OauthToken, those within the range, oldest first. */
  readonly rows: (object: string, range?: GrantRange) => readonly Row[];
  /** The record that a reference leads to. Ids are compared by their first 15 characters. */
  readonly lookUp: (object: string, id: string) => Row | undefined;
}
