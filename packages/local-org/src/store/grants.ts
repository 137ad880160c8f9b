import { hash } from "node:crypto";
import { sfId } from "../ids.ts";
import type { Row } from "./rows.ts";

/** What narrows a search for grants; times in milliseconds, both ends included. */
export interface GrantRange {
  readonly createdFrom?: number;
  readonly createdTo?: number;
  /** Ids of users, by their first 15 characters. */
  readonly users?: readonly string[];
}

const byCreation = (a: Row, b: Row): number => createdAt(a) - createdAt(b) || 0;

/** A grant without a date sorts first, as null does in SOQL. */
function createdAt({ CreatedDate }: Row): number {
  return typeof CreatedDate === "number" ? CreatedDate : Number.NEGATIVE_INFINITY;
}

/**
 * The rows of OauthToken: in order of creation, by user, and by their tokens. The ordered list is
 * replaced, never changed, so that who reads it is not disturbed by a revocation.
 */
export class Grants {
  readonly #byDeleteToken = new Map<string, Row>();
  readonly #byRefreshToken = new Map<string, Row>();
  readonly #byUser = new Map<string, Set<Row>>();
  readonly #requestTokens = new Set<string>();
  #ordered: readonly Row[] | undefined;
  #serial = 0;

  /** Adds a row with tokens of its own, which are the same for the same org and number. @param ids of an earlier row that this one goes on as */
  add(orgId: string, nullId: boolean, row: Row, ids: Row = {}): Row {
    const serial = ++this.#serial;
    const secret = (kind: string) => hash("sha256", `${orgId} ${kind} ${serial}`, "base64url");
    const full: Row = {
      ...row,
      Id: nullId ? null : sfId("0CQ", serial),
      AccessToken: secret("AccessToken"),
      DeleteToken: secret("DeleteToken"),
      RequestToken: secret("RequestToken"),
      // No field of OauthToken: how the usage resources name the token, whose own Id may be null.
      usageId: sfId("0CQ", serial),
      // No field either: what stays the same when the tokens are rotated.
      grantKey: row.grantKey ?? serial,
      ...ids,
    };
    this.#byDeleteToken.set(String(full.DeleteToken), full);
    this.#byRefreshToken.set(String(full.AccessToken), full);
    this.#requestTokens.add(String(full.RequestToken));
    const user = key(full);
    const ofUser = this.#byUser.get(user);
    if (ofUser === undefined) this.#byUser.set(user, new Set([full]));
    else ofUser.add(full);
    if (this.#ordered !== undefined)
      this.#ordered = this.#ordered.toSpliced(this.#position(createdAt(full), true), 0, full);
    return full;
  }

  remove(row: Row): void {
    this.#byDeleteToken.delete(String(row.DeleteToken));
    this.#byRefreshToken.delete(String(row.AccessToken));
    this.#requestTokens.delete(String(row.RequestToken));
    this.#byUser.get(key(row))?.delete(row);
    if (this.#ordered === undefined) return;
    const at = this.#ordered.indexOf(row, this.#position(createdAt(row), false));
    this.#ordered = this.#ordered.toSpliced(at, 1);
  }

  /** Before many changes: the order is made anew when it is next asked for. */
  forgetOrder(): void {
    this.#ordered = undefined;
  }

  /** The grant of a refresh token alone. */
  ofRefreshToken(token: string): Row | undefined {
    return this.#byRefreshToken.get(token);
  }

  /** The grant of a DeleteToken, or of a refresh token, which the AccessToken column holds (docs/salesforce.md#fields-of-oauthtoken). */
  ofToken(token: string): Row | undefined {
    return this.#byDeleteToken.get(token) ?? this.#byRefreshToken.get(token);
  }

  /** Whether a text is any token of a grant that is there. */
  holds(text: string): boolean {
    return this.ofToken(text) !== undefined || this.#requestTokens.has(text);
  }

  /** All grants, oldest first. */
  all(): readonly Row[] {
    this.#ordered ??= [...this.#byDeleteToken.values()].sort(byCreation);
    return this.#ordered;
  }

  /** The grants in a range, and no others, oldest first. */
  within({ createdFrom, createdTo, users }: GrantRange): readonly Row[] {
    const [from, to] = [createdFrom ?? Number.NEGATIVE_INFINITY, createdTo ?? Number.POSITIVE_INFINITY];
    if (users !== undefined)
      return [...new Set(users)]
        .flatMap((user) => [...(this.#byUser.get(user) ?? [])])
        .filter((row) => createdAt(row) >= from && createdAt(row) <= to)
        .sort(byCreation);
    const all = this.all();
    const [start, end] = [this.#position(from, false), this.#position(to, true)];
    return start === 0 && end === all.length ? all : all.slice(start, end);
  }

  /** Where the rows of a time begin in the ordered list, or end. */
  #position(time: number, after: boolean): number {
    const rows = this.all();
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const found = createdAt(rows[middle]!);
      if (found < time || (after && found === time)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function key({ UserId }: Row): string {
  return String(UserId).slice(0, 15);
}
