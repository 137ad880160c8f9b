/**
 * A mistake that the person running the tool can mend: a wrong policy, missing credentials, an
 * unreachable org. Shown as its message alone, without a stack trace; exit code 1.
 * Everything that is neither a UserError nor an InconclusiveError is a bug and is re-thrown.
 */
export class UserError extends Error {
  override name = "UserError";
}

/**
 * The inventory could not be proven complete, so nothing may be called clean, planned or applied
 * (law 4 of the design). Shown as its message alone; exit code 4.
 */
export class InconclusiveError extends Error {
  override name = "InconclusiveError";
}
