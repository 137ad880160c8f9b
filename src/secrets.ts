/** What secrets look like that can stand in any text, and what is shown in place of each. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  // A Salesforce session id, which is an access token.
  [/00D[A-Za-z0-9]{9,15}(!|%21)[\w.%-]+/g, "[token]"],
  // Cut off or whole, in lines or in one.
  [
    /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?:[^-]|-(?!----END))*(?:-----END [A-Z0-9 ]*PRIVATE KEY-*)?/g,
    "[private key]",
  ],
  // GitHub, GitLab, Pulumi, Slack, AWS.
  [
    /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|pul-[0-9a-f]{32,}|xox[a-z]-[\w-]+)/g,
    "[token]",
  ],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, "[token]"],
  // A JSON Web Token.
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/g, "[token]"],
  [/(hooks\.slack\.com\/services\/)\S+/g, "$1[secret]"],
  // A user and a password in an address; not of many characters, so that a long text is searched once.
  [/(\/\/)[^\s/?#@:]{0,200}:[^\s/?#@]{1,200}@/g, "$1[login]@"],
];

/** A text without what looks like a secret: for whatever is shown that came from outside. */
export function withoutSecrets(text: string): string {
  return FORMS.reduce((rest, [form, shown]) => rest.replace(form, shown), text);
}

/** The tokens of a CI job. */
export const JOB_TOKENS = ["GITHUB_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN"] as const;
