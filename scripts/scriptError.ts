import { CodedError, shownError } from "../src/errors.ts";

/** A fault of a script that who runs it can do something about; shown without a stack trace. */
export class ScriptError extends Error {
  override name = "ScriptError";
}

/** What to show of an error that a person can do something about; every other is a bug and is re-thrown. */
export function shownOrThrown(error: unknown): string {
  if (error instanceof ScriptError) return error.message;
  if (error instanceof CodedError) return shownError(error);
  throw error;
}
