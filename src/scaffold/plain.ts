import { scaffoldErrors } from "./errors.ts";

/** A name from outside as small letters, digits and hyphens, as file names, packages, Pulumi projects and `orgs.yaml` take it. */
export function plainName(name: string, otherwise: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, 63)
    .replace(/-$/, "");
  return plain === "" ? otherwise : plain;
}

interface Form {
  readonly is: (text: string) => boolean;
  readonly remedy: string;
}

/** `orgs.yaml` knows the same names; "fleet" is that of all orgs together. */
const ORG: Form = {
  is: (text) => /^[a-z0-9][a-z0-9-]{0,62}$/.test(text) && text !== "fleet",
  remedy: "Write small letters, digits and hyphens, as in acme-production.",
};
/** What Pulumi takes for a stack of a backend of one's own. */
const STACK: Form = {
  is: (text) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text),
  remedy: "Write letters, digits, dots, hyphens and underscores, as in acme-production.",
};
/** Who GitHub or GitLab know: a user, a team of an organization or of nested groups, an address. */
const CODE_OWNER: Form = {
  is: (text) => /^(@\w[\w.-]*(\/\w[\w.-]*)*|[\w.+-]+@\w[\w.-]*\.\w+)$/.test(text) && text.length <= 200,
  remedy: "Write a team, a user or an address, as in @acme/security.",
};
/** A place of state that holds no password: the file that it goes into is committed. */
const BACKEND: Form = {
  is: (text) =>
    /^(file|s3|azblob|gs|postgres|https):\/\/[\w.~@:/?#&=%,+-]+$/.test(text) &&
    !/^\w+:\/\/[^/?#]*:[^/?#]*@/.test(text),
  remedy: "Write an address of docs/state.md, as in s3://acme-pulumi?region=eu-west-1, without a password.",
};
const LOGIN_URL: Form = {
  is: (text) => /^https:\/\/[a-z0-9][a-z0-9.-]*[a-z0-9]\/?$/i.test(text),
  remedy: "Write the org's My Domain, as in https://acme.my.salesforce.com.",
};

const BRANCH: Form = {
  is: (text) => /^(?!.*(\.\.|\/\/|\/$|\.lock$))[A-Za-z0-9_][\w./-]{0,99}$/.test(text),
  remedy: "Write the name of a branch, as in main.",
};

const FORMS = {
  "--branch": BRANCH,
  "--org-name": ORG,
  "--stack": STACK,
  "--team": CODE_OWNER,
  "--backend": BACKEND,
  "--login-url": LOGIN_URL,
} as const;

type PlainOption = keyof typeof FORMS;

export function isPlain(option: PlainOption, text: string): boolean {
  return FORMS[option].is(text);
}

/** What stands in YAML, JSON, Markdown, CODEOWNERS and workflows alike is of letters and signs that mean nothing in any of them. @throws UserError */
export function plainOption(option: PlainOption, text: string): string {
  const { is, remedy } = FORMS[option];
  if (!is(text)) throw scaffoldErrors["name-not-plain"]({ option, found: text, remedy });
  return text;
}
