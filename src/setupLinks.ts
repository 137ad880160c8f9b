/** Pages of Setup that lead to what a report or an alert tells of, of an org whose address is one of Salesforce's. */
export interface SetupLinks {
  /** The host that they lead to. */
  readonly host: string;
  /** Connected Apps OAuth Usage: every app with its users, and Block. */
  readonly usage: string;
  /** What stands before and after a user's id in the address of the user's page. */
  readonly aroundUser: readonly [before: string, after: string];
  /** The page of a user. @param id of 15 or 18 characters; null for what is no id, as in a report without users' names */
  user(id: string): string | null;
  /** The page of an app; that of all apps in use where there is none of its own. */
  app(app: { readonly id: string | null; readonly kind: string }): string;
}

/**
 * Domains under which Salesforce serves orgs (help.salesforce.com, "My Domain URL Formats"): nothing else gets a link, since an address comes
 * from a file, and a link in a report is followed by somebody who is logged in as an admin.
 */
const DOMAINS = [".salesforce.com", ".salesforce.mil", ".force.com", ".sfcrmproducts.cn"];

/**
 * Links into Setup; null for an address that is not https of a Salesforce host. The paths are those that Setup itself shows in the browser, as
 * tools use them: `ConnectedAppsUsage/home` (hardisgroupcom/sfdx-hardis, `unsecure-connected-apps`), `ManageUsers/page?address=%2FID%3Fnoredirect%3D1…`
 * (the same, and mickle00/force-navigator), `ConnectedApplication/page?address=…forceAppDetail.apexp%3FconnectedAppId%3D0H4…` and
 * `ManageExternalClientApplication/0xI…/detail`, with 15 characters. What has moved since shows Setup's own page for it. Pure.
 */
export function setupLinks(instanceUrl: string): SetupLinks | null {
  const host = salesforceHost(instanceUrl);
  if (host === null) return null;
  const setup = `https://${host}/lightning/setup`;
  const usage = `${setup}/ConnectedAppsUsage/home`;
  const aroundUser = [
    `${setup}/ManageUsers/page?address=%2F`,
    "%3Fnoredirect%3D1%26isUserEntityOverride%3D1",
  ] as const;
  return {
    host,
    usage,
    aroundUser,
    user: (id) => (isId(id) ? aroundUser.join(id) : null),
    app({ id, kind }) {
      if (kind === "identity-provider") return `${setup}/AuthProviders/home`;
      if (id === null || !isId(id)) return usage;
      if (kind === "external-client-app")
        return `${setup}/ManageExternalClientApplication/${id.slice(0, 15)}/detail`;
      return `${setup}/ConnectedApplication/page?address=%2Fapp%2Fmgmt%2Fforceconnectedapps%2FforceAppDetail.apexp%3FconnectedAppId%3D${id}`;
    },
  };
}

function salesforceHost(instanceUrl: string): string | null {
  if (!URL.canParse(instanceUrl)) return null;
  const { protocol, hostname, host, username, password } = new URL(instanceUrl);
  const isSalesforce = DOMAINS.some((domain) => hostname.endsWith(domain));
  return protocol === "https:" && host === hostname && username + password === "" && isSalesforce
    ? host
    : null;
}

/** Whether a text is an id of Salesforce, which a name that stands for one is not. */
export function isId(text: string): boolean {
  return /^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/.test(text);
}
