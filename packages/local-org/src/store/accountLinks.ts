import type { OrgFixture } from "../fixture/fixture.ts";
import { freeIds, sameId } from "../ids.ts";
import type { Row } from "./rows.ts";
import type { Deletion, Session } from "./sessions.ts";

/** What a new account link is made of. */
export type NewAccountLink = NonNullable<OrgFixture["thirdPartyAccountLinks"]>[number];

/** The identity providers of one local org, and the accounts of its users that are linked to them. */
export class AccountLinks {
  readonly #orgId: string;
  readonly #providers: NonNullable<OrgFixture["authProviders"]>;
  readonly #byId = new Map<string, Row>();
  readonly #deleted = new Set<string>();
  readonly #nextId = freeIds("0Jr");

  constructor({ organization, authProviders = [] }: OrgFixture) {
    this.#orgId = organization.id;
    this.#providers = authProviders;
  }

  /** The records of AuthProvider, without what is secret at Salesforce. */
  providers(): Row[] {
    return this.#providers.map(({ id, name, developerName, providerType = "OpenIdConnect" }) => ({
      Id: id,
      FriendlyName: name,
      DeveloperName: developerName ?? name.replace(/[^A-Za-z0-9]+/g, "_"),
      ProviderType: providerType,
    }));
  }

  /** Links a user's account: to a provider by name or id, or to one that the org has only the name of. */
  add(userId: string, { provider: called, handle, remoteIdentifier, isNotSsoUsable }: NewAccountLink): Row {
    const known = this.#providers.find(({ id, name }) => id === called || name === called);
    const Id = this.#nextId();
    const remote = remoteIdentifier ?? `remote-${Id.slice(3, 15)}`;
    const row: Row = {
      Id,
      Handle: handle ?? `handle-${Id.slice(3, 15)}`,
      IsNotSsoUsable: isNotSsoUsable ?? false,
      Provider: known?.providerType ?? "OpenIdConnect",
      RemoteIdentifier: remote,
      SsoProviderId: known?.id ?? null,
      SsoProviderName: known?.name ?? called,
      ThirdPartyAccountLinkKey: [this.#orgId, known?.id ?? "", remote].join("_"),
      UserId: userId,
    };
    this.#byId.set(Id.slice(0, 15), row);
    return row;
  }

  /** Every link that there is. */
  all(): readonly Row[] {
    return [...this.#byId.values()];
  }

  /** The links as a caller sees them. @param all whether those of others too */
  rows({ userId }: Pick<Session, "userId">, all: boolean): readonly Row[] {
    return all ? this.all() : this.all().filter((row) => sameId(String(row.UserId), userId));
  }

  /** Takes a link away for a caller. @param all whether the caller may take those of others */
  delete(id: string, caller: Pick<Session, "userId">, all: boolean): Deletion {
    const key = id.slice(0, 15);
    if (this.#deleted.has(key)) return "deleted before";
    const row = this.#byId.get(key);
    if (row === undefined) return "unknown";
    if (!all && !sameId(String(row.UserId), caller.userId)) return "not allowed";
    this.#byId.delete(key);
    this.#deleted.add(key);
    return "deleted";
  }
}
