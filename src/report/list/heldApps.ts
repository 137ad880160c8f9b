import { CodedError } from "../../errors.ts";
import type { Inventory } from "../../inventory/inventory.ts";
import { appLabels } from "../../plan/label.ts";
import { standingShown } from "../../plan/standingPart.ts";
import { type AppRow, type ConnectedUsers, connectedUsers } from "./connectedUsers.ts";

/** An app of an org with what is held of it; one that only the org lists is held by nobody. */
export interface HeldApp extends AppRow {
  /** Without what tells it from others of its name in `app`. Untrusted text. */
  readonly name: string;
}

/** All that a question across orgs takes of one org. */
export interface OrgHeld {
  readonly orgName: string;
  readonly apps: readonly HeldApp[];
  /** Whether the org has the user that is asked for; true where nobody is. */
  readonly hasUser: boolean;
  readonly standingAccess: ConnectedUsers["standingAccess"];
  readonly proof: Inventory["proof"];
  /** Salesforce's error code where links to identity providers could not be read; null where they were. */
  readonly linksRefused: string | null;
}

/** The apps of an org, and what everybody or one user holds of each. Pure. @param user a username or id */
export function heldApps(inventory: Inventory, user: string | undefined): OrgHeld {
  const list = heldBy(inventory, user);
  const labels = appLabels(inventory);
  const held = new Map((list?.by === "app" ? list.rows : []).map((row) => [row.app, row]));
  return {
    orgName: inventory.org.name,
    hasUser: list !== null,
    apps: inventory.apps.map(({ key, id, kind, name }) => {
      const app = labels.get(key)!;
      return { ...(held.get(app) ?? { ...NOTHING, app, appId: id, kind }), name };
    }),
    standingAccess: list?.standingAccess ?? { ...standingShown(inventory, labels), entries: [] },
    proof: inventory.proof,
    linksRefused: inventory.accountLinks.refusal,
  };
}

const NOTHING = { users: 0, grants: 0, firstGranted: null, lastUsed: null } as const;

/** Null for a user whom the org does not have. */
function heldBy(inventory: Inventory, user: string | undefined): ConnectedUsers | null {
  try {
    return connectedUsers(inventory, { by: "app", user });
  } catch (error) {
    if (error instanceof CodedError && error.code === "user-not-found") return null;
    throw error;
  }
}
