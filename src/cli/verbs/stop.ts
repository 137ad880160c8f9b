import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { CodedError } from "../../errors.ts";
import { printable } from "../../printable.ts";
import { KEPT_IN } from "../../run/settings.ts";
import { type StopRequest, stopOfFolder, stopOfRecord } from "../../run/stopFile.ts";
import { cliErrors } from "../errors.ts";
import { namesIn } from "../files.ts";

interface StopOptions {
  readonly record?: string;
  readonly reason: string;
  readonly wait?: boolean;
}

const WAIT_MS = 60_000;

/** `sanctioned stop`: has the runs that are under way stop between two calls. */
export function stopCommand(): Command {
  return new Command("stop")
    .description("stop every run of this folder that revokes, between two calls, within a second")
    .option(
      "--record <file>",
      "only the runs that are on this audit record (default: every run of this folder, and of SANCTIONED_AUDIT_FILE)",
    )
    .option("--reason <text>", "why; it goes on the record of the runs that it stops", "")
    .option("--wait", "wait until no run writes the record any more, a minute at most")
    .addHelpText(
      "after",
      "\nIt needs no login. It stops updates, `revoke` and `watch --enforce` that have begun by then, and none that begins later. " +
        "What was not tried is said by each, and is planned again by the next.\n" +
        '\nExample:\n  $ npx sanctioned stop --reason "Wrong app (INC-9)" --wait',
    )
    .action(async ({ record, reason, wait = false }: StopOptions) => {
      const { SANCTIONED_AUDIT_FILE: named } = process.env;
      const files = record !== undefined ? [record] : named ? [named] : [];
      const request: StopRequest = { at: new Date().toISOString(), by: whoAsks(), reason };
      const asked = [
        ...(record === undefined ? [stopOfFolder(process.cwd())] : []),
        ...files.map(stopOfRecord),
      ];
      for (const file of asked) write(file, request);
      const shown = asked.map((file) => printable(path.relative(process.cwd(), file))).join(" and ");
      process.stdout.write(`Asked to stop, by ${shown}. Runs that begin from now on are not stopped.\n`);
      if (wait) await untilWritable(record === undefined ? [...files, ...ownRecords()] : files);
    });
}

function ownRecords(): string[] {
  return namesIn(KEPT_IN)
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => path.join(KEPT_IN, name));
}

/** In one step, so that nobody reads half of it. @throws UserError where it cannot be written */
function write(file: string, request: StopRequest): void {
  const part = `${file}.${process.pid}`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(part, `${JSON.stringify(request)}\n`, { mode: 0o600 });
    renameSync(part, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw cliErrors["stop-not-asked"]({ file, why: code, cause: error });
  }
}

function whoAsks(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `somebody@${hostname()}`; // a user without a name, as in a container
  }
}

/** @throws UserError where a run still writes a record after a minute */
async function untilWritable(files: readonly string[]): Promise<void> {
  const { WriterLock } = await import("../../audit/writerLock.ts");
  const until = performance.now() + WAIT_MS;
  for (const file of files)
    for (let isFree = false; !isFree; ) {
      try {
        (await WriterLock.take(file)).release();
        isFree = true;
      } catch (error) {
        const isInUse = error instanceof CodedError && error.code === "audit-record-in-use";
        if (!isInUse || performance.now() > until) throw error;
      }
    }
  process.stdout.write("No run is under way any more.\n");
}
