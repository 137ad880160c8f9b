import { salesforceErrors } from "./errors.ts";

/** What each setting is called, and what none of its kind has. */
const KINDS = {
  clientId: { what: "client id", form: /^[\w.~-]+$/ },
  clientSecret: { what: "client secret", form: /^[!#-&(-_a-~]+$/ },
  targetOrg: { what: "alias or username", form: /^\P{C}+$/u },
  username: { what: "username", form: /^[^\s"`\p{C}]+$/u },
} as const;

/** Of an app, or of another record that stands beside it in Setup: consumer keys are far longer. */
const RECORD_ID = /^(0[A-Za-z0-9]{2}|888)[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$/;

/**
 * A setting that is one word, as it is. What is not would be refused by Salesforce, in words that blame something else.
 * @param name how a person calls it
 * @throws SettingsError where it is not; nothing of it is quoted
 */
export function plainSetting(kind: keyof typeof KINDS, text: string, name: string): string {
  const { what, form } = KINDS[kind];
  if (kind === "clientId" && RECORD_ID.test(text))
    throw salesforceErrors["client-id-is-record-id"]({ setting: name });
  if (!form.test(text))
    throw salesforceErrors["setting-not-plain"]({ setting: name, what, found: foundIn(text) });
  return text;
}

function foundIn(text: string): string {
  if (/[\r\n]/.test(text)) return "a line break";
  if (/\s/.test(text)) return "a blank";
  if (/["'`]/.test(text)) return "a quote";
  if (/[^\x20-\x7e]/.test(text)) return "a character that is not ASCII, or not shown";
  return "a sign";
}

/** Whether a host is one of those that are there for everybody's login (docs/salesforce.md#logging-in). */
export function isLoginHost(hostname: string): boolean {
  return /^(login|test|www)\.(salesforce\.(com|mil)|sfcrmproducts\.cn)\.?$/.test(hostname);
}
