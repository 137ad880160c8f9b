import { foldName } from "../names.ts";

/** What was said in public of apps of a name. */
export interface FieldNote {
  readonly says: string;
  readonly source: string;
  /** The day of what it tells, or of the month where no day is known. */
  readonly date: string;
}

/** By words of an app's name. That an app has one is no sign that it is the vendor's: any app may be called so. */
const NOTES: readonly (FieldNote & { readonly words: RegExp })[] = [
  {
    words: /\b(drift|salesloft)\b/,
    says: "tokens of Salesloft's Drift were stolen and used to read the data of more than 700 orgs; Salesforce revoked them",
    source: "https://nhimg.org/articles/salesforce-drift-oauth-token-abuse-exposes-saas-trust-gaps/",
    date: "2025-08",
  },
  {
    words: /\bgainsight\b/,
    says: "Salesforce revoked every token of Gainsight's apps after others had used them to read customers' data",
    source:
      "https://cloud.google.com/blog/topics/threat-intelligence/unc6040-proactive-hardening-recommendations",
    date: "2025-11-21",
  },
  {
    words: /\bdata ?loader\b|\bmy ticket portal\b/,
    says: "callers who pose as IT support have users authorize an altered Data Loader, under that name or another",
    source:
      "https://cloud.google.com/blog/topics/threat-intelligence/unc6040-proactive-hardening-recommendations",
    date: "2025-06",
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
