import { createRequire } from "node:module";

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly devDependencies: { readonly "@pulumi/pulumi": string; readonly pulumi: string };
  readonly peerDependencies: { readonly "salesforce-local-org": string };
}

const manifest = createRequire(import.meta.url)("../../package.json") as Manifest;

/** Of this tool, as its package says. */
export const VERSION = manifest.version;

/** What this version was tested with, and is to be installed beside. */
export const TESTED_WITH = {
  node: manifest.engines.node,
  "@pulumi/pulumi": manifest.devDependencies["@pulumi/pulumi"],
  pulumi: manifest.devDependencies.pulumi,
  "salesforce-local-org": manifest.peerDependencies["salesforce-local-org"],
} as const;
