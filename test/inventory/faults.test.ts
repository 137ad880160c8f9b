import { type Fault, type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { generateOrg } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InconclusiveError } from "../../src/errors.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";

const CLOCK = { sleep: async () => undefined, random: () => 0 };
const fixture = generateOrg({ seed: 11, users: 60, grants: 2_600, apps: 6 });

let org: LocalOrg;
let reader: OrgReader;
let truth: string[];
let requests: number;
beforeAll(async () => {
  const clients = [{ clientId: "c", clientSecret: "canary-secret", runAs: fixture.caller }];
  org = await startLocalOrg({ org: fixture, clients });
  reader = await connect(
    readCredentials({ loginUrl: org.url, clientId: "c", clientSecret: "canary-secret" }, {}),
    CLOCK,
  );
  truth = org.store
    .grants()
    .map(({ UserId, CreatedDate, LastUsedDate, UseCount }) =>
      [UserId, CreatedDate, LastUsedDate, UseCount].join(" "),
    )
    .sort();
  const before = org.requests.length;
  await listInventory(reader);
  requests = org.requests.length - before;
  expect(org.requests.slice(before).filter(({ isPart }) => isPart).length).toBeGreaterThan(10);
});
afterAll(() => org.close());

const KINDS: Partial<Fault>[] = [
  { kind: "status", status: 503, retryAfterSeconds: 1 },
  { kind: "status", status: 429 },
  { kind: "status", status: 500 },
  { kind: "status", status: 403 },
  { kind: "status", status: 400 },
  { kind: "expire" },
  { kind: "drop" },
  { kind: "redirect" },
  { kind: "html" },
];

describe("each fault at each call of a listing, and at each part of one", () => {
  it.each(KINDS)(
    "%j ends in the truth or in 'inconclusive', never in a wrong list",
    async (kind) => {
      for (const count of [1, 1_000]) {
        for (let after = 0; after < requests; after++) {
          org.setFaults([{ ...kind, match: "/services/data/", after, count } as Fault]);
          const outcome: unknown = await listInventory(reader).then(
            ({ grants, proof }) => {
              expect([proof.countBefore, proof.read, proof.countAfter]).toEqual([2_600, 2_600, 2_600]);
              return grants.map((g) => [g.userId, g.createdAt, g.lastUsedAt, g.useCount].join(" ")).sort();
            },
            (error: unknown) => error,
          );
          if (!Array.isArray(outcome)) {
            expect(outcome).toBeInstanceOf(InconclusiveError);
            expect(String(outcome)).not.toMatch(/canary|00D\w+!/);
          } else expect(outcome).toEqual(truth);
          const passing = kind.kind !== "redirect" && kind.status !== 403 && kind.status !== 400;
          if (count === 1 && passing) expect(Array.isArray(outcome)).toBe(true);
        }
      }
    },
    120_000,
  );
});
