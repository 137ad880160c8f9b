/** How the CLI ends, other than 0 for success. */
export const EXIT = {
  /** A mistake that the user can mend. */
  userError: 1,
  /** Something would be revoked; only where it was asked for. */
  drift: 2,
  /** A limit refused the plan. */
  limit: 3,
  /** The list of grants is not proven complete. */
  inconclusive: 4,
} as const;
