import { Document } from "yaml";
import { yamlText } from "../policy/write/yamlText.ts";

/** Where pull requests are reviewed. */
export type Ci = "github" | "gitlab";

/** The packages that a repository is made with, each with its exact version. */
export interface Versions {
  readonly sanctioned: string;
  readonly "@pulumi/pulumi": string;
  readonly pulumi: string;
  /** The least Node, as a range. */
  readonly node: string;
  /** Of the local org, for the example alone. */
  readonly "salesforce-local-org": string;
}

/** The org that a new repository begins with. */
export interface FirstOrg {
  /** As `orgs.yaml` calls it: small letters, digits and hyphens. */
  readonly name: string;
  /** As Salesforce calls it: untrusted. */
  readonly label: string;
  readonly id: string;
  readonly stack: string;
  readonly loginUrl: string | null;
  /** Names of environment variables by setting. */
  readonly variables: Readonly<Record<string, string>>;
  /** The texts of the shared policy and of its own, which extends that. */
  readonly policies: { readonly shared: string; readonly own: string };
  readonly isExample: boolean;
}

/** What a new repository is made from. But for the org's label all of it is plain (`plain.ts`). */
export interface Repository {
  /** Of the package and of the Pulumi project. */
  readonly name: string;
  readonly ci: readonly Ci[];
  /** A team, a user or an address; null where nobody was named. */
  readonly codeOwner: string | null;
  /** The default branch. */
  readonly branch: string;
  readonly backend: string;
  readonly org: FirstOrg;
  readonly versions: Versions;
}

export const LOCAL_BACKEND = "file://./.pulumi-state";

/** Texts by path, from the repository's folder with `/`. */
export type Files = ReadonlyMap<string, string>;

export const SHARED_POLICY = "policy/shared.yaml";

/** The policy of an org. */
export function policyOf(org: string): string {
  return `policy/${org}.yaml`;
}

/** What Pulumi reads of a stack. */
export function stackFile(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}

/** A stack's config: the policy of its org. @param project as Pulumi.yaml names it */
export function stackText(project: string, policy: string): string {
  return yamlText(new Document({ config: { [`${project}:policy`]: policy } }), 0);
}

/** The packages, by where they stand in package.json. */
export function packagesOf(versions: Versions, isExample: boolean) {
  const { sanctioned, pulumi } = versions;
  return {
    dependencies: { "@pulumi/pulumi": versions["@pulumi/pulumi"], sanctioned },
    devDependencies: {
      pulumi,
      ...(isExample ? { "salesforce-local-org": versions["salesforce-local-org"] } : {}),
    },
  };
}
