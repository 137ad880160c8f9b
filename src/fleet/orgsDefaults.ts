// Apart from the schema, whose library is large: whatever reads orgs.yaml needs these.

/** What a fleet may lose by one change where its `orgs.yaml` does not say. */
export const DEFAULT_LIMITS = { revocations: 200, percent: 10, perApp: 100, orgs: 10 } as const;

/** A stack's name, which goes to the engine and into jobs as it is. */
export const STACK_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$";
