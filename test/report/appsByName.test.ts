import { expect, it } from "vitest";
import { appsByName } from "../../src/report/appsByName.ts";

const app = (org: string, name: string, grants: number, more: { kind?: string; lastUsed?: string } = {}) => ({
  org,
  name,
  kind: "connected-app",
  users: grants,
  grants,
  firstGranted: null,
  lastUsed: null,
  ...more,
});

it("apps of one name are one row, called as most of their grants have it, those of most orgs first", () => {
  const rows = appsByName(
    [
      app("rouen", "SLACK", 2, { lastUsed: "2026-11-01" }),
      app("rouen", "Drift", 9),
      app("dieppe", "Slack", 3, { lastUsed: "2026-10-01" }),
    ],
    ({ name }) => name,
  );
  expect(rows.map(({ name, orgs, grants, lastUsed }) => [name, orgs, grants, lastUsed])).toEqual([
    ["Slack", ["rouen", "dieppe"], 5, "2026-11-01"],
    ["Drift", ["rouen"], 9, null],
  ]);
});

it("an identity provider is not the app of its name", () => {
  const rows = appsByName(
    [app("rouen", "Okta", 1), app("dieppe", "Okta", 1, { kind: "identity-provider" })],
    ({ name }) => name,
  );
  expect(rows).toHaveLength(2);
});
