import { CodedError, InconclusiveError, shownError } from "../errors.ts";
import { withDocsPlace } from "./docsPlace.ts";
import { EXIT } from "./exit.ts";
import { program } from "./program.ts";

// `sanctioned list | head` takes what it wants and closes the pipe: that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  await program().parseAsync();
} catch (error) {
  if (!(error instanceof CodedError)) throw error;
  console.error(withDocsPlace(shownError(error)));
  process.exitCode = error instanceof InconclusiveError ? EXIT.inconclusive : EXIT.userError;
}
