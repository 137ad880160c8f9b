import { type OrgFixture, type Row, type Store, startLocalOrg } from "salesforce-local-org";
import { generateOrg, type OrgSize } from "salesforce-local-org/orgs";
import { onTask } from "./child.ts";
import { digestOf, type Fact } from "./digest.ts";

/** The org to make, and how long each of its answers takes at least. */
export interface OrgTask {
  readonly size: OrgSize;
  readonly latencyMs: number;
  /** Every user has each app once, as far as the number of grants goes; otherwise who has what is random. */
  readonly eachPairOnce?: boolean;
}

/** How to reach the org, and what it holds. */
export interface RunningOrg {
  readonly url: string;
  readonly accessToken: string;
  readonly grants: number;
  readonly digest: string;
}

onTask(async ({ size, latencyMs, eachPairOnce = false }: OrgTask): Promise<RunningOrg> => {
  const made = generateOrg(size);
  const org = await startLocalOrg({
    org: eachPairOnce ? withEachPairOnce(made) : made,
    faults: [{ kind: "latency", ms: latencyMs }],
  });
  return { url: org.url, accessToken: org.accessToken, ...digestOf(facts(org.store)) };
});

/** The first user is the one that the tool logs in as, who has nothing. */
function withEachPairOnce(org: OrgFixture): OrgFixture {
  const { users, apps } = org;
  return {
    ...org,
    grants: org.grants.map((grant, i) => ({
      ...grant,
      username: users[1 + (i % (users.length - 1))]!.username,
      app: apps[Math.floor(i / (users.length - 1))]!.name,
    })),
  };
}

function* facts(store: Store): Generator<Fact> {
  for (const row of store.grants())
    yield {
      userId: String(row.UserId),
      app: store.applicationId(row) ?? `name:${row.AppName}`,
      createdAt: number(row.CreatedDate),
      lastUsedAt: number(row.LastUsedDate),
      useCount: number(row.UseCount),
    };
}

function number(value: Row[string] | undefined): number | null {
  return typeof value === "number" ? value : null;
}
