import type { Command } from "commander";
import { EXIT_MEANINGS } from "./exit.ts";
import { verbsOf } from "./verbTree.ts";

const WIDTH = 100;

/** The reference as Markdown: what each verb's help says, in one page. */
export function referenceMarkdown(program: Command): string {
  const parts = verbsOf(program).map(({ path, command }) => {
    const title = path === "" ? "sanctioned" : `sanctioned ${path}`;
    return `## ${title}\n\n\`\`\`text\n${helpOf(command).trim()}\n\`\`\``;
  });
  const exits = EXIT_MEANINGS.map(([code, meaning]) => `| ${code} | ${meaning} |`).join("\n");
  return `# Reference

Made from the verbs themselves (\`npm run reference\`): each of these is what \`--help\` says.

| exit code | means |
|---|---|
${exits}

${parts.join("\n\n")}
`;
}

/** The whole help of a command, at a width that does not depend on the terminal. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (more) => {
      text += more;
    },
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
