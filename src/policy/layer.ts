import { type AppRef, appRef, isMiscopied, parseAppId, parseProviderId } from "../salesforce/id.ts";
import { type Day, parseDay } from "../time.ts";
import { policyProblems } from "./errors.ts";
import type {
  AppEntry,
  AppsLike,
  Exemption,
  GrantsMeant,
  HighPrivilege,
  Named,
  Placed,
  SettingsRule,
  TimeLimits,
  UserLists,
  UserSelector,
} from "./policy.ts";
import type {
  AppFile,
  AppRefFile,
  GrantsMeantFile,
  IdentityProviderFile,
  PolicyFile,
  UserMapFile,
} from "./policySchema.ts";
import type { Problem } from "./problem.ts";
import { type Path, pathText, type Source } from "./source.ts";

/** One file of a policy that matches the schema, with the place of each value. */
export interface Layer {
  readonly file: string;
  readonly source: Source;
  readonly data: PolicyFile;
}

/** An app as one file says it; what it leaves out another may say. */
export type AppPart = Omit<AppEntry, "denied" | "saidSanctioned" | "shared" | "expected"> & {
  readonly expected: Placed<boolean> | null;
  readonly expectedBy: Placed<Day> | null;
  readonly sanctioned: Placed<boolean> | null;
};

/** Reads values with their places out of one file, and collects what a schema cannot refuse. */
export class LayerReader {
  readonly #layer: Layer;
  readonly #problems: Problem[];

  constructor(layer: Layer, problems: Problem[]) {
    this.#layer = layer;
    this.#problems = problems;
  }

  /** A value under its key's place; null where it is left out. */
  placed<T>(value: T | undefined, path: Path): Placed<T> | null {
    return value === undefined ? null : { value, position: this.#layer.source.keyPosition(path) };
  }

  named(value: string | undefined, path: Path): Named | null {
    return this.#at(value, path);
  }

  /** The schema has looked at its form. */
  id<Id extends string>(
    value: string | undefined,
    parse: (text: string) => Id | null,
    path: Path,
  ): Placed<Id> | null {
    return this.#at(value === undefined ? null : this.#checked(value, parse(value), path), path);
  }

  /** Which app is meant, by id or by name. */
  app(value: AppRefFile | undefined, path: Path): Placed<AppRef> | null {
    if (value === undefined) return null;
    const id = idIn(value);
    if (id !== null) this.#checked(id, parseAppId(id), path);
    return this.#at(appRefOf(value), path);
  }

  apps(list: readonly AppRefFile[] | undefined, path: Path): Placed<AppRef>[] {
    return (list ?? []).map((value, i) => this.app(value, [...path, i])!);
  }

  names(list: readonly string[] | undefined, path: Path): Named[] {
    return (list ?? []).map((value, i) => this.#at(value, [...path, i])!);
  }

  /** A day; one that no calendar has is a problem. */
  day(text: string | undefined, path: Path): Placed<Day> | null {
    if (text === undefined) return null;
    const { source } = this.#layer;
    const day = parseDay(text);
    const position = source.position(path);
    if (day !== null && isOfThisAge(day)) return { value: day, position };
    const values = { place: pathText(path), found: `"${text}"` };
    const said =
      day === null ? policyProblems["day-not-valid"](values) : policyProblems["day-out-of-range"](values);
    this.#problems.push(source.problemAt(position, said));
    return { value: parseDay("9999-12-31")!, position };
  }

  times(data: Partial<Record<keyof TimeLimits, number>> | undefined, path: Path): TimeLimits {
    return {
      maxIdleDays: this.placed(data?.maxIdleDays, [...path, "maxIdleDays"]),
      maxAgeDays: this.placed(data?.maxAgeDays, [...path, "maxAgeDays"]),
      neverUsedAfterDays: this.placed(data?.neverUsedAfterDays, [...path, "neverUsedAfterDays"]),
    };
  }

  appParts(): AppPart[] {
    return (this.#layer.data.apps ?? []).map((app, i) => this.#app(app, ["apps", i], parseAppId));
  }

  identityProviderParts(): AppPart[] {
    return (this.#layer.data.identityProviders ?? []).map((provider, i) =>
      this.#app(provider, ["identityProviders", i], parseProviderId),
    );
  }

  appsLike(): AppsLike[] {
    const { source, data } = this.#layer;
    return (data.appsLike ?? []).map(({ name, owner, reason }, i) => {
      const path = ["appsLike", i];
      return {
        pattern: this.named(name, [...path, "name"])!,
        owner: owner ?? null,
        reason: reason ?? null,
        denied: source.keyPosition([...path, "sanctioned"]),
        position: source.position(path),
      };
    });
  }

  exemptions(): Exemption[] {
    return (this.#layer.data.exemptions ?? []).map((exemption, i) => {
      const path = ["exemptions", i];
      return {
        ...this.#grantsMeant(exemption, path),
        expires: this.day(exemption.expires, [...path, "expires"])!,
      };
    });
  }

  highPrivilege(): HighPrivilege | null {
    const data = this.#layer.data.highPrivilege;
    if (data === undefined) return null;
    const path = ["highPrivilege"];
    return {
      permissions: this.names(data.permissions, [...path, "permissions"]),
      profiles: this.names(data.profiles, [...path, "profiles"]),
      permissionSets: this.names(data.permissionSets, [...path, "permissionSets"]),
      action: data.action ?? "alert",
      grantedSince: this.day(data.grantedSince, [...path, "grantedSince"])?.value ?? null,
      grantedWithinDays: data.grantedWithinDays ?? null,
      exceptions: (data.exceptions ?? []).map((exception, i) => {
        const at = [...path, "exceptions", i];
        return {
          ...this.#grantsMeant(exception, at),
          reviewBy: this.day(exception.reviewBy, [...at, "reviewBy"])!,
        };
      }),
      position: this.#layer.source.keyPosition(path),
    };
  }

  #grantsMeant({ app, user, reason, owner }: GrantsMeantFile, path: Path): GrantsMeant {
    return {
      app: this.app(app, [...path, "app"]),
      user: this.named(user, [...path, "user"]),
      reason,
      owner,
      position: this.#layer.source.position(path),
    };
  }

  /** The id that is written, which is a problem where it was copied wrongly. */
  #checked<Id extends string>(text: string, id: Id | null, path: Path): Id | null {
    const { source } = this.#layer;
    if (isMiscopied(text, id))
      this.#problems.push(
        source.problemAt(
          source.position(path),
          policyProblems["id-miscopied"]({ place: pathText(path), found: `"${text}"` }),
        ),
      );
    return id;
  }

  /** A value under its own place; null where there is none. */
  #at<T>(value: T | null | undefined, path: Path): Placed<T> | null {
    return value === null || value === undefined
      ? null
      : { value, position: this.#layer.source.position(path) };
  }

  /** @param parse the form of its id: what an identity provider's entry leaves out, its schema does not know */
  #app(app: AppFile & IdentityProviderFile, path: Path, parse: typeof parseAppId): AppPart {
    const { source } = this.#layer;
    const at = (key: string) => [...path, key];
    return {
      id: this.id(app.id, parse, at("id")),
      name: this.named(app.name, at("name")),
      sanctioned: this.placed(app.sanctioned, at("sanctioned")),
      mode: this.placed(app.mode, at("mode")),
      owner: app.owner ?? null,
      reason: app.reason ?? null,
      reviewBy: this.day(app.reviewBy, at("reviewBy")),
      expected: this.placed(app.expected, at("expected")),
      expectedBy: this.day(app.expectedBy, at("expectedBy")),
      users: app.users === undefined ? null : this.#selector(app.users, at("users")),
      scopes: this.placed(app.scopes, at("scopes")),
      settings: this.#settings(app.settings, at("settings")),
      times: this.times(app, path),
      position: source.position(path),
    };
  }

  #settings(data: AppFile["settings"], path: Path): SettingsRule | null {
    if (data === undefined) return null;
    return {
      adminApprovedUsersOnly: this.placed(data.adminApprovedUsersOnly, [...path, "adminApprovedUsersOnly"]),
      refreshTokenMaxDays: this.placed(data.refreshTokenMaxDays, [...path, "refreshTokenMaxDays"]),
      ipRelaxation: this.placed<string>(data.ipRelaxation, [...path, "ipRelaxation"]),
    };
  }

  #selector(users: NonNullable<AppFile["users"]>, path: Path): UserSelector {
    const listed: UserMapFile = users === "everyone" ? { everyone: true } : users === "nobody" ? {} : users;
    return {
      everyone: listed.everyone === true,
      nobody: users === "nobody",
      ...this.#lists(listed, path),
      except: listed.except === undefined ? null : this.#lists(listed.except, [...path, "except"]),
      position: this.#layer.source.keyPosition(path),
    };
  }

  #lists(data: Omit<UserMapFile, "everyone" | "except">, path: Path): UserLists {
    const names = (key: keyof UserLists) => this.names(data[key], [...path, key]);
    return {
      usernames: names("usernames"),
      usernamesLike: names("usernamesLike"),
      profiles: names("profiles"),
      permissionSets: names("permissionSets"),
      permissionSetGroups: names("permissionSetGroups"),
      roles: names("roles"),
      rolesAndSubordinates: names("rolesAndSubordinates"),
      publicGroups: names("publicGroups"),
      userTypes: names("userTypes"),
    };
  }
}

/** Days that a policy can mean: a later end is none, and nothing was granted earlier. */
function isOfThisAge(day: Day): boolean {
  return day >= "1999-01-01" && day <= "2099-12-31";
}

/** The text of an app that can be an id; null for a name that is written as one. */
export function idIn(value: AppRefFile): string | null {
  if (typeof value === "string") return value;
  return "id" in value ? value.id : null;
}

/** A text has the form of an id, or is a name; a map says which of the two it is. */
export function appRefOf(value: AppRefFile): AppRef {
  if (typeof value === "string") return appRef(value);
  return "id" in value ? { id: parseAppId(value.id)! } : value;
}
