import { globSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  CodedError,
  type ErrorDeclaration,
  type ErrorKind,
  type ErrorTable,
  type ProblemDeclaration,
  type ProblemTable,
  shownError,
} from "../src/errors.ts";
import { formatProblem } from "../src/policy/problem.ts";

const SRC = path.resolve(import.meta.dirname, "../src");

export interface DeclaredError {
  /** The folder of src/ that declares it. */
  readonly room: string;
  readonly code: string;
  readonly kind: ErrorKind | "policy";
  readonly text: string;
  readonly remedy: string;
  /** The example as a person would see it. */
  readonly shown: string;
}

/** Every error and problem that a room of src/ declares in its errors.ts, room by room and in the order of its table. */
export async function declaredErrors(): Promise<DeclaredError[]> {
  const files = globSync("*/errors.ts", { cwd: SRC }).sort();
  const rooms = await Promise.all(
    files.map(async (file) => {
      const exported = (await import(pathToFileURL(path.join(SRC, file)).href)) as Record<
        string,
        ErrorTable<Record<string, ErrorDeclaration>> | ProblemTable<Record<string, ProblemDeclaration>>
      >;
      return Object.values(exported).flatMap((table) =>
        Object.entries(table).map(([code, make]) => {
          const { text, remedy, example } = make.declared;
          const made = make(example);
          const isError = made instanceof CodedError;
          return {
            room: path.dirname(file),
            code,
            kind: "kind" in make.declared ? make.declared.kind : ("policy" as const),
            text,
            remedy,
            shown: isError ? shownError(made) : formatProblem({ ...made, ...EXAMPLE_PLACE }),
          };
        }),
      );
    }),
  );
  return rooms.flat();
}

const EXAMPLE_PLACE = { file: "policy/acme.yaml", line: 0, column: 0, sourceLine: "" };

const KINDS: Record<DeclaredError["kind"], string> = {
  policy: "Problem of a policy, exit 1.",
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
| problem of a policy | something in a policy or its baseline, shown with its line: nothing is planned or revoked until it is fixed |
| setting | a variable, a key of the stack's config or an option is missing or not valid: nothing is tried, and nothing is called inconclusive because of it |
| other side | an org, a forge or a receiver of events refused, failed or did not answer. While grants are listed, that makes the list inconclusive |
| inconclusive | the list of grants is not proven complete: nothing is called clean, and nothing is revoked |

${rooms.join("\n\n")}
`;
}

function entry({ code, kind, shown }: DeclaredError): string {
  return `### ${code}\n\n${KINDS[kind]}\n\n\`\`\`text\n${shown}\n\`\`\``;
}
