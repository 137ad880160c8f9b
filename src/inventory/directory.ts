import { InconclusiveError } from "../errors.ts";
import { ApiError } from "../salesforce/failure.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { kindOf } from "./appRegister.ts";
import { toId18 } from "./id.ts";
import type { App, Profile, User } from "./inventory.ts";

interface UserRow {
  readonly Id: string;
  readonly Username: string;
  readonly Name: string;
  readonly IsActive: boolean;
  readonly ProfileId: string | null;
  readonly Profile: { readonly Name: string } | null;
  readonly UserType: string | null;
}

/** Every user, inactive ones too, by 18-character id. */
export async function readUsers(reader: OrgReader): Promise<Map<string, User>> {
  const users = new Map<string, User>();
  const texts = new Map<string, string>();
  /** One string object for equal texts: an org has many users and few profiles. */
  const shared = (text: string | null | undefined): string | null => {
    if (text === null || text === undefined) return null;
    const known = texts.get(text) ?? text;
    texts.set(text, known);
    return known;
  };
  const soql = "SELECT Id, Username, Name, IsActive, ProfileId, Profile.Name, UserType FROM User";
  const { totalSize } = await reader.eachPage<UserRow>(soql, (rows) => {
    for (const row of rows) {
      const id = toId18(row.Id);
      users.set(id, {
        id,
        username: row.Username,
        name: row.Name,
        isActive: row.IsActive,
        profileId: row.ProfileId === null ? null : shared(toId18(row.ProfileId)),
        profileName: shared(row.Profile?.Name),
        userType: shared(row.UserType),
      });
    }
  });
  checkAll(users.size, totalSize, soql);
  return users;
}

export async function readProfiles(reader: OrgReader): Promise<Profile[]> {
  const rows = await readAll<{ Id: string; Name: string }>(reader, "SELECT Id, Name FROM Profile");
  return rows.map(({ Id, Name }) => ({ id: toId18(Id), name: Name }));
}

/** The registered apps: connected apps, external client apps, and what the app menu lists of either. */
export async function readApps(reader: OrgReader): Promise<App[]> {
  const [connected, external, menu] = await Promise.all([
    readAll<{ Id: string; Name: string }>(reader, "SELECT Id, Name FROM ConnectedApplication"),
    readAll<{ Id: string; MasterLabel: string }>(
      reader,
      "SELECT Id, MasterLabel FROM ExternalClientApplication",
    ).catch(noSuchObject),
    readAll<{ ApplicationId: string | null; Label: string }>(
      reader,
      "SELECT ApplicationId, Label FROM AppMenuItem",
    ),
  ]);
  const apps = new Map<string, App>();
  const add = (rawId: string, name: string) => {
    const id = toId18(rawId);
    if (kindOf(id) !== "unknown" && !apps.has(id)) apps.set(id, { key: id, id, name, kind: kindOf(id) });
  };
  for (const { Id, Name } of connected) add(Id, Name);
  for (const { Id, MasterLabel } of external) add(Id, MasterLabel);
  for (const { ApplicationId, Label } of menu) if (ApplicationId !== null) add(ApplicationId, Label);
  return [...apps.values()];
}

/** Older orgs know no external client apps (salesforce-facts 9.6). */
function noSuchObject(error: unknown): never[] {
  if (error instanceof ApiError && error.code === "INVALID_TYPE") return [];
  throw error;
}

async function readAll<Row>(reader: OrgReader, soql: string): Promise<Row[]> {
  const { rows, totalSize } = await reader.query<Row>(soql);
  checkAll(rows.length, totalSize, soql);
  return rows;
}

function checkAll(read: number, totalSize: number, soql: string): void {
  if (read !== totalSize)
    throw new InconclusiveError(`the org counts ${totalSize} rows and handed out ${read} for: ${soql}`);
}
