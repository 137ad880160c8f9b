import { looksLike } from "./names.ts";

/** A managed package by which Salesforce itself installs apps. Its namespace is registered once, for all orgs. */
interface PlatformPackage {
  readonly namespace: string;
  readonly name: string;
  readonly source: string;
  /** The day on which the source was looked at. */
  readonly seen: string;
}

/** An app of Salesforce's own, as Setup and grants call it. */
interface PlatformApp {
  readonly name: string;
  /** What it does, in a reader's words. */
  readonly what: string;
  /** Namespace of the package that can bring it; null where none is known to, so that nothing proves it. */
  readonly namespace: string | null;
  readonly source: string;
  /** The day on which the source was looked at. */
  readonly seen: string;
}

/** The packages that prove an app to be Salesforce's own (docs/salesforce.md#salesforces-own-apps). */
const PLATFORM_PACKAGES: readonly PlatformPackage[] = [
  {
    namespace: "sf_chttr_apps",
    name: "Salesforce Mobile Apps",
    source: "help salesforce_app_security; InstalledSubscriberPackage of several orgs",
    seen: "2026-11-26",
  },
  {
    namespace: "sf_com_apps",
    name: "Salesforce Connected Apps",
    source: "InstalledSubscriberPackage of several orgs",
    seen: "2026-11-26",
  },
];

const SEEN = "2026-11-26";
const HARDIS = "sfdx-hardis, allowedInactiveConnectedApps";
const MOBILE = { namespace: "sf_chttr_apps", source: "help salesforce_app_security", seen: SEEN };
const PACKAGED = { namespace: "sf_com_apps", source: HARDIS, seen: SEEN };
const ALONE = { namespace: null, seen: SEEN };

/** The apps of Salesforce's own, by name: a name tells people what it could be, and never proves it. */
const PLATFORM_APPS: readonly PlatformApp[] = [
  { name: "Salesforce for iOS", what: "mobile app", ...MOBILE },
  { name: "Salesforce for Android", what: "mobile app", ...MOBILE },
  { name: "Salesforce Chatter", what: "mobile app", ...MOBILE, source: HARDIS },
  { name: "SalesforceA", what: "mobile app for admins", ...ALONE, source: HARDIS },
  { name: "SalesforceA for iOS", what: "mobile app for admins", ...ALONE, source: HARDIS },
  { name: "SalesforceA for Android", what: "mobile app for admins", ...ALONE, source: HARDIS },
  { name: "Salesforce CLI", what: "command line", ...ALONE, source: "forcedotcom/cli #3368 (2025-08-22)" },
  { name: "Code Builder", what: "editor", ...ALONE, source: HARDIS },
  { name: "Data Loader", what: "import and export", ...ALONE, source: "Data Loader guide" },
  { name: "Salesforce Data Loader", what: "import and export", ...ALONE, source: "Data Loader guide" },
  { name: "Dataloader Bulk", what: "import and export", ...PACKAGED },
  { name: "Dataloader Partner", what: "import and export", ...PACKAGED },
  { name: "Salesforce for Outlook", what: "mail", ...PACKAGED },
  { name: "Salesforce Files", what: "files", ...PACKAGED },
  { name: "Salesforce Touch", what: "mobile app, retired", ...PACKAGED },
  { name: "Salesforce Mobile Dashboards", what: "mobile app, retired", ...PACKAGED },
  { name: "Chatter Desktop", what: "desktop app, retired", ...PACKAGED },
  { name: "Chatter Mobile for BlackBerry", what: "mobile app, retired", ...PACKAGED },
  { name: "Force.com IDE", what: "editor, retired", ...PACKAGED },
  { name: "Ant Migration Tool", what: "deployment", ...PACKAGED },
];

/** What a package of Salesforce's may bring, and Salesforce says that it is no product of its own. */
const NO_PRODUCTS = ["Workbench"];

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
  if (kind === "identity-provider" || NO_PRODUCTS.some((one) => looksLike(one, name))) return null;
  // Of an external client app's grants some may be known by its name alone.
  const isPackaged = PLATFORM_PACKAGES.some((one) => one.namespace === namespace);
  if (id !== null && kind === "connected-app" && isPackaged) return "proven";
  return PLATFORM_APPS.some((one) => looksLike(one.name, name)) ? "named" : null;
}
