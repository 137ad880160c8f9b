/** One signature beside a plan. */
export interface FoundSignature {
  /** Name of the file, without its folder. */
  readonly file: string;
  /** Who signed, by the names that the allowed signers have; empty where nobody there did. */
  readonly principals: readonly string[];
  /** Why it does not count; null where it does. */
  readonly why: string | null;
}

/** How far a plan is approved. */
export interface ApprovalState {
  /** How many approvals it takes. */
  readonly wanted: number;
  /** Who approved, each by one name; as many as count. */
  readonly signedBy: readonly string[];
  readonly signatures: readonly FoundSignature[];
  /** Names that are excluded from approving and that no allowed signer goes by: they exclude nobody. */
  readonly excludedUnknown: readonly string[];
}
