// What a Pulumi program imports. Its declarations are published for old compilers (scripts/declarations.ts), which read no `export { type … }`.

export type { ConnectedUserPolicyArgs } from "./policyOutputs.ts";
export { ConnectedUserPolicy } from "./resource.ts";
export type { SalesforceOrgArgs } from "./salesforceOrg.ts";
export { SalesforceOrg } from "./salesforceOrg.ts";
