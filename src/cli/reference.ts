import type { Command } from "commander";
import { EXIT_MEANINGS } from "./exit.ts";
import { type Verb, verbsOf } from "./verbTree.ts";

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

/** The reference as a page for \`man\`. */
export function referenceMan(program: Command, version: string): string {
  const [root, ...verbs] = verbsOf(program);
  return `${[
    `.TH SANCTIONED 1 "" ${quoted(`sanctioned ${version}`)} "User Commands"`,
    ".SH NAME",
    `sanctioned \\- ${roff("keep Salesforce's connected users to a reviewed policy")}`,
    ".SH SYNOPSIS",
    ".B sanctioned",
    ".I verb",
    "[options]",
    ".SH DESCRIPTION",
    roff(root!.command.description()),
    ".SH VERBS",
    ...verbs.flatMap(verbMan),
    ".SH EXIT STATUS",
    ...EXIT_MEANINGS.flatMap(([code, meaning]) => [".TP", String(code), roff(meaning)]),
  ].join("\n")}\n`;
}

function verbMan({ path, command, options }: Verb): string[] {
  return [
    `.SS ${quoted(`${path} ${command.usage()}`.trim())}`,
    roff(command.description()),
    ...command.registeredArguments.flatMap((argument) => [
      ".TP",
      `.I ${roff(argument.name())}`,
      roff(argument.description),
    ]),
    ...options.flatMap((option) => [
      ".TP",
      `.B ${roff(option.flags)}`,
      roff(command.createHelp().optionDescription(option)),
    ]),
    ...afterOf(command)
      .split("\n")
      .filter((line) => line.trim() !== "")
      .flatMap((line) =>
        /^Examples?:$/.test(line)
          ? [".PP", roff(line)]
          : /^ {2}\$ /.test(line)
            ? [".nf", roff(line), ".fi"]
            : [".PP", roff(line)],
      ),
  ];
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

/** What a help says below its options. */
function afterOf(command: Command): string {
  const help = helpOf(command);
  const own = command
    .helpInformation()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
  return help.slice(own.length);
}

/** Text as roff takes it: no line begins a request, and hyphens stay hyphens. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1");
}

function quoted(text: string): string {
  return `"${roff(text).replaceAll('"', '""')}"`;
}
