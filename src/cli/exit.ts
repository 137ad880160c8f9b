/** How the CLI ends, other than 0 for success. */
export const EXIT = {
  /** A mistake that the user can fix. */
  userError: 1,
  /** Something would be revoked; only where it was asked for. */
  drift: 2,
  /** A limit refused the plan. */
  limit: 3,
  /** The list of grants is not proven complete. */
  inconclusive: 4,
} as const;

/** What every verb means by its exit code, for people. */
export const EXIT_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [0, "all is well"],
  [EXIT.userError, "an error, with its code and what to do; or a check that did not pass"],
  [
    EXIT.drift,
    "something breaks the policy or is reported, or a change is what --fail-on names; only with --detailed-exitcode or --fail-on",
  ],
  [EXIT.limit, "a limit refuses the plan, and nothing is revoked"],
  [
    EXIT.inconclusive,
    "inconclusive: the list of grants is not proven complete, and nothing is called clean or revoked",
  ],
];
