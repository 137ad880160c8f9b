import path from "node:path";
import { Command } from "commander";
import { printable } from "../../printable.ts";
import { signaturesOf, signHead } from "../../run/signedHeads.ts";
import { cliErrors } from "../errors.ts";
import { readRecord, records } from "../recordFile.ts";

/** `sanctioned audit sign`: who keeps a record says where it ended. */
export function auditSignCommand(): Command {
  return new Command("sign")
    .description("sign where audit records end, so that a forged one is found")
    .argument("[files...]", "records (default: all in .sanctioned)")
    .requiredOption(
      "--key <file>",
      "private key to sign with, or the public key of one that an agent or a security key holds",
    )
    .addHelpText(
      "after",
      "\nAppends a line to RECORD.sigs; keep that elsewhere too. A record that is not whole is not signed.\n" +
        "\nExample:\n  $ npx sanctioned audit sign --key ~/.ssh/id_ed25519",
    )
    .action((named: string[], { key }: { readonly key: string }) => {
      for (const name of named.length > 0 ? named : records()) signRecord(name, key);
    });
}

function signRecord(named: string, key: string): void {
  const { file, verification, end } = readRecord(named, { end: true });
  if (verification.problems.length > 0) throw cliErrors["record-not-whole"]({ file: named });
  if (end === null) throw cliErrors["record-empty"]({ file: named });
  const [at, name] = [new Date().toISOString(), path.basename(file)];
  const { seq, head } = signHead(file, end, { key, name, at, env: process.env });
  const said = `${named}: signed up to line ${seq}, ${head}, in ${signaturesOf(file)}`;
  process.stdout.write(`${printable(said)}\n`);
}
