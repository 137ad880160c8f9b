import { looksLike } from "./names.ts";

/** Managed packages by which Salesforce installs apps of its own; a namespace is registered once, for all orgs. */
const NAMESPACES: ReadonlySet<string> = new Set(["sf_chttr_apps", "sf_com_apps"]);

/** Names by which apps of Salesforce's own go. */
const NAMES = [
  "Salesforce for Android",
  "Salesforce for iOS",
  "SalesforceA",
  "Salesforce CLI",
  "Data Loader",
  "Dataloader Bulk",
  "Dataloader Partner",
];

/** Whether an app is one of Salesforce's own: `proven` by its id and the package that brought it, or only `named` as one. */
export type PlatformKind = "proven" | "named";

/** What of an app (`App`) tells. */
interface Known {
  readonly id: string | null;
  readonly name: string;
  readonly kind: string;
  readonly namespace?: string;
}

/** Null for an app that is not called as one, and for identity providers. A name proves nothing: anybody can call an app so. */
export function platformKindOf({ id, name, kind, namespace }: Known): PlatformKind | null {
  if (kind === "identity-provider") return null;
  // Of an external client app's grants some may be known by its name alone.
  if (id !== null && kind === "connected-app" && NAMESPACES.has(namespace ?? "")) return "proven";
  return NAMES.some((one) => looksLike(one, name)) ? "named" : null;
}
