import { ApiError } from "../salesforce/failure.ts";
import { parseAppId } from "../salesforce/id.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { readApps } from "./directory.ts";
import { inventoryErrors } from "./errors.ts";
import type { App } from "./inventory.ts";
import { requireUsage } from "./usage.ts";

/**
 * That an org which lists no external client apps has none is believed where nothing else of it names one: neither the app
 * menu nor its metadata, as far as that can be read. An org can keep them from a caller as if there were none
 * (docs/salesforce.md#external-client-apps). What grants name is for `requireNoneNamed`.
 * @param apps as the org registers them
 * @throws InconclusiveError naming what speaks against it
 */
export async function requireNoExternalApps(reader: OrgReader, apps: readonly App[]): Promise<void> {
  requireNoneNamed(apps, "the app menu");
  let listed: Awaited<ReturnType<OrgReader["listMetadata"]>>;
  try {
    listed = await reader.listMetadata("ExternalClientApplication");
  } catch (error) {
    // Who may list grants need not be one who may read metadata.
    if (error instanceof ApiError && error.salesforceCode !== "REQUEST_LIMIT_EXCEEDED") return;
    throw error;
  }
  const [first] = listed;
  if (first === undefined) return;
  const id = parseAppId(first.id ?? "") ?? first.fullName;
  throw inventoryErrors["external-apps-hidden"]({ where: "its metadata", id });
}

/** @throws InconclusiveError where one of the apps is an external client app: the org lists none */
export function requireNoneNamed(apps: readonly App[], where: string): void {
  const external = apps.find(({ kind }) => kind === "external-client-app");
  if (external?.id) throw inventoryErrors["external-apps-hidden"]({ where, id: external.id });
}

/**
 * How many external client apps the org has, once it is sure that a list would have their grants.
 * @throws InconclusiveError saying what keeps them from it, RemoteError where the org refuses
 */
export async function probeExternalApps(reader: OrgReader): Promise<number> {
  const { apps, externalApps } = await readApps(reader);
  if (externalApps === 0) await requireNoExternalApps(reader, apps);
  else await requireUsage(reader, externalApps);
  return externalApps;
}
