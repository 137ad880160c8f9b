import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { ApiError } from "../salesforce/failure.ts";
import { parseInstant } from "../salesforce/instant.ts";
import { applyErrors } from "./errors.ts";
import { type LiveGrants, matched } from "./target.ts";

interface UsageToken {
  readonly initialConnectionAt?: string | null;
  readonly revocationUrl?: string;
}

const TOKEN_PATH = /^\/services\/data\/v\d+\.\d+(\/apps\/oauth\/usage\/tokens\/[A-Za-z0-9]+)$/;

/**
 * What the usage resources show of a planned revocation of an external client app (docs/salesforce.md#usage-of-external-client-apps).
 * Where every token of the user for the app is planned, one call takes them all; otherwise each goes by itself.
 */
export async function readLiveUsage(
  connection: OrgConnection,
  { app, user, grants }: PlannedRevocation,
): Promise<LiveGrants> {
  const resource = `/apps/oauth/usage/${app.id}/${user.id}/tokens`;
  const tokens = await readTokens(connection, resource);
  const planned = grants.filter(({ source }) => source === "usage").map(({ createdAt }) => createdAt);
  const found = matched(planned, tokens, ({ initialConnectionAt }) => parseInstant(initialConnectionAt));
  if ("refused" in found) return { kind: "refused", reason: found.refused };
  const granted = found.live.map(({ initialConnectionAt }) => parseInstant(initialConnectionAt));
  if (found.live.length === 0) return { kind: "matched", targets: [] };
  if (found.live.length === tokens.length)
    return { kind: "matched", targets: [{ through: "usage", path: resource, granted }] };
  return {
    kind: "matched",
    targets: found.live.map(({ revocationUrl }, i) => {
      const path = TOKEN_PATH.exec(revocationUrl ?? "")?.[1];
      if (path === undefined) throw applyErrors["usage-without-revocation"]();
      return { through: "usage", path, granted: [granted[i]!] };
    }),
  };
}

async function readTokens(connection: OrgConnection, resource: string): Promise<UsageToken[]> {
  const all: UsageToken[] = [];
  try {
    for (let page = 0; ; page++) {
      const answer = await connection.get<{ tokens?: UsageToken[]; nextPageUrl?: string | null } | null>(
        `${resource}?page=${page}&pageSize=100`,
      );
      all.push(...(answer?.tokens ?? []));
      if (!answer?.nextPageUrl || (answer.tokens ?? []).length === 0) return all;
    }
  } catch (error) {
    // Where the user has none left, the resource is gone.
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}
