import { Command, Option } from "commander";
import type { Added, AddedRun } from "../../audit/anchor.ts";
import type { Verification } from "../../audit/verifyRecord.ts";
import { printable } from "../../printable.ts";
import { KEPT_IN } from "../../run/settings.ts";
import { readSigners } from "../../run/whoSigned.ts";
import { safeJson } from "../../safeJson.ts";
import type { Signer } from "../../sign/signers.ts";
import { amount } from "../../text.ts";
import { cliErrors } from "../errors.ts";
import { EXIT } from "../exit.ts";
import { readRecord, records } from "../recordFile.ts";
import { auditSignCommand } from "./auditSign.ts";

interface VerifyOptions {
  readonly head?: string;
  readonly allowLater?: boolean;
  readonly signers?: string;
  readonly format: "text" | "json";
}

/** `sanctioned audit`: what there is to do with the record of revocations. */
export function auditCommand(): Command {
  return new Command("audit")
    .description("the record of what was revoked")
    .addHelpText("after", "\nExample:\n  $ npx sanctioned audit verify")
    .addCommand(
      new Command("verify")
        .description("find any edit, gap, cut or addition in audit records")
        .argument("[files...]", `records (default: all in ${KEPT_IN})`)
        .option(
          "--head <hash>",
          "the hash that a record ended with, as a run printed it, or its first digits (8 at least): it has to end with it still",
        )
        .option(
          "--signers <file>",
          "allowed signers: every head that one of them signed has to be in the record",
        )
        .option("--allow-later", "with --head: runs that began after it are told and are no failure")
        .addOption(new Option("--format <format>", "output format").choices(["text", "json"]).default("text"))
        .addHelpText(
          "after",
          "\nExits 0 when a record is whole and ends as it is to, 1 when not.\n" +
            "\nExamples:\n  $ npx sanctioned audit verify .sanctioned/audit-00D000000001942EAA.jsonl\n" +
            "  $ npx sanctioned audit verify --head 9afb462ef897 --allow-later\n" +
            "  $ npx sanctioned audit verify --signers policy/allowed_signers",
        )
        .action((named: string[], { head, allowLater = false, signers, format }: VerifyOptions) => {
          const results = verified(
            named.length > 0 ? named : records(),
            given(head),
            signers === undefined ? null : readSigners(signers, signers),
          );
          process.stdout.write(
            format === "json"
              ? safeJson(results)
              : results.map((one) => resultText(one, allowLater)).join(""),
          );
          if (!results.every((one) => isAsItIsToBe(one, allowLater))) process.exitCode = EXIT.userError;
        }),
    )
    .addCommand(auditSignCommand());
}

type Result = Verification & { readonly file: string };

/** Each record by itself. A head that is given need be in one of them alone. */
function verified(
  files: readonly string[],
  head: string | null,
  signers: readonly Signer[] | null,
): Result[] {
  const results = files.map((file) => ({ file, ...readRecord(file, { head, signers }).verification }));
  if (results.every(({ given }) => given === "not there")) return results;
  return results.map((one) =>
    one.given === "not there" ? { ...one, ...readRecord(one.file, { signers }).verification } : one,
  );
}

/** @throws SettingsError for what is no hash */
function given(head: string | undefined): string | null {
  if (head === undefined) return null;
  const digits = head.toLowerCase();
  if (!/^[0-9a-f]{8,64}$/.test(digits)) throw cliErrors["head-not-a-hash"]();
  return digits;
}

function isAsItIsToBe({ problems, added }: Verification, allowLater: boolean): boolean {
  return (
    problems.length === 0 &&
    (added === null || (allowLater && added.runs.every(({ isPlausible }) => isPlausible)))
  );
}

function resultText(result: Result, allowLater: boolean): string {
  const { lines, runs, unanswered, unfinished, stopped, problems, notes, added, given: at, head } = result;
  const file = printable(result.file);
  const told = [
    ...problems.map(({ line, message }) => printable(`${result.file}:${line}: ${message}`)),
    `${file}: ${problems.length === 0 ? "whole" : "NOT whole"}, ${amount(lines, "line")} of ${amount(runs, "run")}, ends with ${head}`,
    ...(at === "last" ? ["  that is the head that was given"] : []),
    ...(added === null ? [] : addedText(added, allowLater)),
    ...(unfinished > 0 ? [`  ${amount(unfinished, "run")} without an end: killed, or still under way`] : []),
    ...stopped.map((why) => `  a run was stopped before its end: ${printable(why)}`),
    ...(unanswered > 0
      ? [`  ${amount(unanswered, "call")} without an answer on record: they may have been made`]
      : []),
    ...notes.map((note) => `  ${printable(note)}`),
  ];
  return `${told.join("\n")}\n`;
}

function addedText({ after, lines, runs }: Added, allowLater: boolean): string[] {
  return [
    `  it does not end with the head that was given: ${amount(lines, "line")} came after line ${after}, by ${amount(runs.length, "run")}:`,
    ...runs.map((run) => `    ${addedRunText(run)}`),
    ...(allowLater ? [] : ["  if that is as it should be, give the last head or --allow-later"]),
  ];
}

function addedRunText({ run, lines, at, actor, reason, isPlausible }: AddedRun): string {
  const who = [at ?? [], actor === null ? [] : `by ${actor}`, reason ?? []].flat().join(", ");
  const what = isPlausible
    ? who || "begun before it"
    : "which does not begin as a run does, or had ended before";
  return printable(`${run} (${amount(lines, "line")}): ${what}`);
}
