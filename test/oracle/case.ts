import type { OrgFixture } from "salesforce-local-org";
import type { Platform, Row } from "./orgView.ts";
import type { Place } from "./places.ts";
import type { PolicyFiles } from "./wanted.ts";

/** An org, a policy, and what else a run is given. */
export interface Case {
  readonly org: OrgFixture;
  readonly platform: Platform;
  readonly files: PolicyFiles;
  /** SANCTIONED_OWN_APP. */
  readonly ownApp: string | null;
  readonly asOf: number;
}

export interface Decided {
  readonly user: string;
  /** The app's id, or its name where it has none. */
  readonly app: string;
  readonly created: number | null;
  readonly lastUsed: number | null;
  readonly uses: number | null;
  readonly action: "keep" | "report" | "revoke";
  readonly code: string;
  readonly held: "mode" | "baseline" | null;
  readonly at: Place;
  /** Places that would be as right to name. */
  readonly or: readonly Place[];
}

export interface Finding {
  readonly code: string;
  readonly app: string | null;
  readonly user: string | null;
  readonly at: Place | null;
}

/** The app of a row as people see it: its id, or its name where it has none. */
export function called({ owner }: Row): string {
  return owner.app === null ? owner.label : (owner.app.id ?? owner.app.name);
}
