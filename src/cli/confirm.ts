import { count } from "../text.ts";
import { askLine, forgetTyped } from "./ask.ts";
import { cliErrors } from "./errors.ts";
import { repeated } from "./repeat.ts";

const ASKS = {
  revoke: {
    leadIn: "This cannot be undone. ",
    nobody: cliErrors["confirmation-not-possible"],
    another: cliErrors["revocation-not-confirmed"],
  },
  approve: {
    leadIn: "\n",
    nobody: cliErrors["approving-not-asked"],
    another: cliErrors["approving-not-confirmed"],
  },
} as const;

/**
 * Has somebody at the terminal type how many grants they revoke, or approve the revocation of, once they can see which.
 * @throws UserError where nobody can be asked, or the answer is another
 */
export async function confirm(what: keyof typeof ASKS, number: number): Promise<void> {
  const { leadIn, nobody, another } = ASKS[what];
  if (!process.stdin.isTTY) throw nobody({ command: repeated(["--yes"]) });
  await forgetTyped();
  const answer = await askLine(`${leadIn}Type ${number} to ${what} ${count(number)}: `);
  if (answer?.trim() !== String(number)) throw another({ command: repeated() });
}
