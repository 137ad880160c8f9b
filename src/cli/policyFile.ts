import { readdirSync } from "node:fs";
import { UserError } from "../errors.ts";
import { printable } from "../printable.ts";

const FOLDER = "policy";

/** The policy that a command is about: the one named, else the only one in the folder `policy`. @throws UserError */
export function policyFile(named: string | undefined): string {
  if (named !== undefined) return named;
  const found = policyFiles();
  if (found.length === 1) return found[0]!;
  throw new UserError(
    found.length === 0
      ? `There is no policy in the folder ${FOLDER}: name one, or write a first draft with \`npx sanctioned init\`.`
      : `Which policy is meant? Name one with --policy: ${found.map(printable).join(", ")}.`,
  );
}

/** Every policy in the folder `policy`. */
export function policyFiles(): string[] {
  let names: string[];
  try {
    names = readdirSync(FOLDER);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return names
    .filter((name) => /\.ya?ml$/.test(name) && !/baseline/.test(name))
    .sort()
    .map((name) => `${FOLDER}/${name}`);
}
