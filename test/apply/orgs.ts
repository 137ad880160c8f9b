import type { OrgFixture } from "salesforce-local-org";
import { generateOrg, smallOrg } from "salesforce-local-org/orgs";

/** An app that runs of these tests revoke, and one that they leave. */
export const DROPPED = "Dropped";
export const KEPT = "Kept";

/**
 * An org whose users have one grant of the app `Dropped` each, and before that as many as are said of `Kept`.
 */
export function orgOf(users: number, kept = 0): OrgFixture {
  const made = generateOrg({ seed: 1, users: users + 1, grants: 0, apps: 0 });
  const start = Date.parse("2026-01-01T00:00:00Z");
  const grant = (username: string, app: string, second: number) => ({
    username,
    app,
    createdAt: new Date(start + second * 1_000).toISOString(),
    lastUsedAt: null,
    useCount: 1,
  });
  const people = made.users.slice(1).map(({ username }) => username);
  return {
    ...made,
    apps: smallOrg()
      .apps.slice(0, 2)
      .map(({ id, inAppMenu }, i) => ({ id, inAppMenu, name: i === 0 ? DROPPED : KEPT })),
    grants: [
      ...people.flatMap((name, i) => Array.from({ length: kept }, (_, n) => grant(name, KEPT, i * kept + n))),
      ...people.map((name, i) => grant(name, DROPPED, 1_000_000 + i)),
    ],
  };
}
