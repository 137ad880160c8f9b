import { globSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type ErrorDeclaration, type ErrorKind, type ErrorTable, shownError } from "../src/errors.ts";

const SRC = path.resolve(import.meta.dirname, "../src");

export interface DeclaredError {
  /** The folder of src/ that declares it. */
  readonly room: string;
  readonly code: string;
  readonly kind: ErrorKind;
  readonly text: string;
  readonly remedy: string;
  /** The example as a person would see it. */
  readonly shown: string;
}

/** Every error that a room of src/ declares in its errors.ts, room by room and in the order of its table. */
export async function declaredErrors(): Promise<DeclaredError[]> {
  const files = globSync("*/errors.ts", { cwd: SRC }).sort();
  const rooms = await Promise.all(
    files.map(async (file) => {
      const exported = (await import(pathToFileURL(path.join(SRC, file)).href)) as Record<
        string,
        ErrorTable<Record<string, ErrorDeclaration>>
      >;
      return Object.values(exported).flatMap((table) =>
        Object.entries(table).map(([code, raise]) => {
          const { kind, text, remedy, example } = raise.declared;
          return { room: path.dirname(file), code, kind, text, remedy, shown: shownError(raise(example)) };
        }),
      );
    }),
  );
  return rooms.flat();
}

const KINDS: Record<ErrorKind, string> = {
  user: "Mistake, exit 1.",
  settings: "Setting, exit 1.",
  remote: "Other side, exit 1.",
  inconclusive: "Inconclusive, exit 4.",
};

/** The page docs/errors.md. */
export function errorsMarkdown(errors: readonly DeclaredError[]): string {
  const rooms = [...Map.groupBy(errors, ({ room }) => room)].map(
    ([room, some]) => `## ${room}\n\n${some.map(entry).join("\n\n")}`,
  );
  return `# Errors

Made from the tables in \`src/*/errors.ts\` (\`npm run reference\`). Each error ends with its code, as in
\`… [address-not-a-url]\`. Codes are stable: match them in scripts and alerts, not the words around them. The texts here are examples.

| kind | means |
|---|---|
| mistake | something in a file, an option or a policy that you can fix |
| setting | a variable, a key of the stack's config or an option is missing or not valid: nothing is tried, and nothing is called inconclusive because of it |
| other side | an org, a forge or a receiver of events refused, failed or did not answer. While grants are listed, that makes the list inconclusive |
| inconclusive | the list of grants is not proven complete: nothing is called clean, and nothing is revoked |

${rooms.join("\n\n")}
`;
}

function entry({ code, kind, shown }: DeclaredError): string {
  return `### ${code}\n\n${KINDS[kind]}\n\n\`\`\`text\n${shown}\n\`\`\``;
}
