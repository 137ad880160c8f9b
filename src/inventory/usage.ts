import { ApiError } from "../salesforce/failure.ts";
import { userIdOf } from "../salesforce/id.ts";
import { parseInstant } from "../salesforce/instant.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import type { AppRegister } from "./appRegister.ts";
import { inventoryErrors } from "./errors.ts";
import type { App, Grant } from "./inventory.ts";

interface UsagePage {
  readonly apps?: readonly { readonly identifier?: string; readonly developerName?: string | null }[];
  readonly users?: readonly {
    readonly userIdentifier?: string;
    readonly initialConnectionAt?: string | null;
    readonly lastUsedAt?: string | null;
    readonly useCount?: number | null;
  }[];
  readonly nextPageUrl?: string | null;
}

const RESOURCE = "/apps/oauth/usage";
const PAGE_SIZE = 100;

/**
 * The external client apps that the usage resources name; none where the org has no such resource.
 * @throws InconclusiveError where the org does not show them
 */
export async function readUsageApps(reader: OrgReader, register: AppRegister): Promise<App[]> {
  const apps: App[] = [];
  try {
    await eachPage(reader, RESOURCE, "apps", ({ apps: page }) => {
      for (const { identifier, developerName } of page ?? []) {
        if (typeof identifier !== "string")
          throw inventoryErrors["usage-answer-not-known"]({ resource: RESOURCE });
        apps.push(register.inUsage(identifier, developerName ?? null));
      }
    });
  } catch (error) {
    // Where the org has no such resource, OauthToken is all there is.
    if (error instanceof ApiError && error.status === 404) return [];
    if (error instanceof ApiError && error.status === 403)
      throw inventoryErrors["usage-not-shown"]({ salesforceCode: error.salesforceCode });
    throw error;
  }
  return apps;
}

/**
 * The grants of external client apps that OauthToken does not show. The Connect usage resources name
 * users by app (docs/salesforce.md#usage-of-external-client-apps); whether every such grant has a row of OauthToken is not
 * documented, so a user and app that have one there are left out here, and the others become grants. A row of which it
 * cannot be told whose it is is no such row: it may be of a stranger.
 * @throws InconclusiveError where the org does not show an app's use
 */
export async function readUsageGrants(
  reader: OrgReader,
  apps: readonly App[],
  known: readonly Grant[],
): Promise<Grant[]> {
  const ofUsage = new Set(apps);
  const seen = new Set(known.filter(({ app }) => ofUsage.has(app)).map(pair));
  const more = await Promise.all(
    apps.map(async (app) => {
      const grants: Grant[] = [];
      const resource = `${RESOURCE}/${app.id}/users`;
      await eachPage(reader, resource, "users", ({ users: page }) => {
        for (const user of page ?? []) {
          if (typeof user.userIdentifier !== "string")
            throw inventoryErrors["usage-answer-not-known"]({ resource });
          const grant: Grant = {
            userId: userIdOf(user.userIdentifier),
            app,
            createdAt: parseInstant(user.initialConnectionAt),
            lastUsedAt: parseInstant(user.lastUsedAt),
            useCount: user.useCount ?? null,
            source: "usage",
          };
          if (!seen.has(pair(grant))) grants.push(grant);
        }
      });
      return grants;
    }),
  );
  return more.flat();
}

function pair({ userId, app }: Grant): string {
  return `${userId} ${app.key}`;
}

async function eachPage(
  reader: OrgReader,
  resource: string,
  list: "apps" | "users",
  take: (page: UsagePage) => void,
): Promise<void> {
  // Pages are counted here: the org's own links are not followed, so that they cannot lead in a circle.
  for (let number = 0; ; number++) {
    const page = await reader.get<UsagePage | null>(`${resource}?page=${number}&pageSize=${PAGE_SIZE}`);
    const entries = page?.[list];
    if (!Array.isArray(entries)) throw inventoryErrors["usage-answer-not-known"]({ resource });
    take(page!);
    if (entries.length === 0 || !page?.nextPageUrl) return;
  }
}
