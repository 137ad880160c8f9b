import type { OrgFixture } from "../fixture/fixture.ts";
import { permissionsByUser } from "./accessTables.ts";

const NOTHING: ReadonlySet<string> = new Set();

/** Who may what, now and as it was when the org started. */
export class Permissions {
  readonly #now: Map<string, ReadonlySet<string>>;
  readonly #first: ReadonlyMap<string, ReadonlySet<string>>;

  /** @param now when the org starts: an assignment that has expired by then gives nothing */
  constructor(fixture: OrgFixture, now: number) {
    this.#now = permissionsByUser(fixture, now);
    this.#first = new Map(this.#now);
  }

  has(userId: string, permission: string): boolean {
    return this.of(userId).has(permission);
  }

  of(userId: string): ReadonlySet<string> {
    return this.#now.get(userId) ?? NOTHING;
  }

  /** Those that a user had when the org started. */
  atFirst(userId: string): ReadonlySet<string> {
    return this.#first.get(userId) ?? NOTHING;
  }

  /** Those that a user had when the org started, and has no more. */
  taken(userId: string): readonly string[] {
    const held = this.of(userId);
    return held === this.atFirst(userId) ? [] : [...this.atFirst(userId)].filter((name) => !held.has(name));
  }

  /** Gives and takes permissions, by their names. */
  change(userId: string, permissions: Readonly<Record<string, boolean>>): void {
    const held = new Set(this.of(userId));
    for (const [name, given] of Object.entries(permissions)) given ? held.add(name) : held.delete(name);
    this.#now.set(userId, held);
  }
}
