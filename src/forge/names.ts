/** The forges that can be posted to. */
export const FORGES = ["github", "gitlab"] as const;

export type ForgeName = (typeof FORGES)[number];
