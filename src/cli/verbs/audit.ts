import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import { verifyRecord } from "../../audit/verifyRecord.ts";
import { printable } from "../../printable.ts";
import { safeJson } from "../../report/render/safeJson.ts";
import { KEPT_IN } from "../../run/settings.ts";
import { cliErrors } from "../errors.ts";
import { EXIT } from "../exit.ts";
import { namesIn, readTextFile } from "../files.ts";

interface VerifyOptions {
  readonly head?: string;
  readonly format: "text" | "json";
}

/** `sanctioned audit`: what there is to do with the record of revocations. */
export function auditCommand(): Command {
  return new Command("audit")
    .description("the record of what was revoked")
    .addHelpText("after", "\nExample:\n  $ npx sanctioned audit verify")
    .addCommand(
      new Command("verify")
        .description("find any edit, gap or cut in audit records")
        .argument("[files...]", `records (default: all in ${KEPT_IN})`)
        .option("--head <hash>", "a hash that the record once ended with, as an update printed it")
        .addOption(new Option("--format <format>", "output format").choices(["text", "json"]).default("text"))
        .addHelpText(
          "after",
          "\nExits 0 when a record is whole, 1 when not.\n" +
            "\nExample:\n  $ npx sanctioned audit verify .sanctioned/audit-00D000000001942EAA.jsonl",
        )
        .action((named: string[], { head, format }: VerifyOptions) => {
          const files = named.length > 0 ? named : records();
          const results = files.map((file) => ({ file, ...verifyFile(file, head) }));
          process.stdout.write(format === "json" ? safeJson(results) : results.map(resultText).join(""));
          if (results.some(({ problems }) => problems.length > 0)) process.exitCode = EXIT.userError;
        }),
    );
}

function verifyFile(file: string, head: string | undefined) {
  if (head !== undefined && !/^[0-9a-f]{64}$/.test(head)) throw cliErrors["head-not-a-hash"]();
  const headFile = `${file}.head`;
  const kept = existsSync(headFile) ? readTextFile(headFile, "The audit record's head").trim() : "";
  const text = readTextFile(file, "The audit record");
  return verifyRecord(
    text,
    [kept, head ?? []].flat().filter((hash) => hash !== ""),
  );
}

function resultText({
  file,
  lines,
  runs,
  unanswered,
  unfinished,
  problems,
  head,
}: ReturnType<typeof verifyFile> & { file: string }): string {
  const told = [
    ...problems.map(({ line, message }) => printable(`${file}:${line}: ${message}`)),
    `${printable(file)}: ${problems.length === 0 ? "whole" : "NOT whole"}, ${lines} lines of ${runs} runs, ends with ${head}`,
    ...(unfinished > 0 ? [`  ${unfinished} of the runs were stopped before their end`] : []),
    ...(unanswered > 0 ? [`  ${unanswered} calls have no answer on record: they may have been made`] : []),
  ];
  return `${told.join("\n")}\n`;
}

function records(): string[] {
  const files = namesIn(KEPT_IN)
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => `${KEPT_IN}/${name}`);
  if (files.length === 0) throw cliErrors["no-audit-record"]({ folder: KEPT_IN });
  return files;
}
