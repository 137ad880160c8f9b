import { foldName } from "../names.ts";

/** What was said in public of apps of a name. */
export interface FieldNote {
  readonly says: string;
  readonly source: string;
  /** The day of what it tells, or of the month where no day is known. */
  readonly date: string;
}

/** Each from who saw it themselves. By words of an app's name: that an app has one is no sign that it is the vendor's, since any app may be called so. */
const NOTES: readonly (FieldNote & { readonly words: RegExp })[] = [
  {
    words: /\b(drift|salesloft)\b/,
    says: "stolen OAuth tokens of Salesloft's Drift were used to export data from its customers' Salesforce orgs, from 8 to 18 August 2025 at least",
    source:
      "https://cloud.google.com/blog/topics/threat-intelligence/data-theft-salesforce-instances-via-salesloft-drift",
    date: "2025-08-26",
  },
  {
    words: /\b(drift|salesloft)\b/,
    says: "Salesloft and Salesforce revoked every token of Drift, and Salesforce took it off AppExchange and disabled Salesloft's integrations",
    source: "https://status.salesforce.com/generalmessages/20000217",
    date: "2025-08",
  },
  {
    words: /\bgainsight\b/,
    says: "Salesforce revoked every token of the apps that Gainsight publishes and took them off AppExchange, since others may have got at customers' data through them",
    source: "https://status.salesforce.com/generalmessages/20000233",
    date: "2025-11",
  },
  {
    words: /\bklue\b/,
    says: "Salesforce disabled Klue's app, since others may have got at customers' data through its connection",
    source: "https://status.salesforce.com/generalmessages/20000257",
    date: "2026-06",
  },
  {
    words: /\bklue\b/,
    says: "OAuth tokens of Klue's customers were stolen from Klue, and used to read data in the platforms that they connect it to, Salesforce among them",
    source: "https://klue.com/blog/an-update-on-recent-klue-security-incident",
    date: "2026-06",
  },
  {
    words: /\bdata ?loader\b|\bmy ticket portal\b/,
    says: "callers who pose as IT support have users authorize an altered Data Loader, under that name or another",
    source: "https://cloud.google.com/blog/topics/threat-intelligence/voice-phishing-data-extortion",
    date: "2025-06-04",
  },
];

/** What the field says of apps of a name; nothing known is no good sign. Pure. */
export function fieldNotes(name: string): FieldNote[] {
  const folded = foldName(name);
  return NOTES.filter(({ words }) => words.test(folded)).map(({ says, source, date }) => ({
    says,
    source,
    date,
  }));
}
