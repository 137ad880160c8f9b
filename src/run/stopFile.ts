import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { printable } from "../printable.ts";
import { readRegular } from "../regularFile.ts";
import { KEPT_IN } from "./settings.ts";

/** What `sanctioned stop` writes; a file that somebody made by hand need not hold it. */
export interface StopRequest {
  /** When, in ISO 8601. */
  readonly at: string;
  readonly by: string;
  readonly reason: string;
}

const STOP = "stop";
const LARGEST_REQUEST = 64 * 1024;

/** The file that stops every run of a folder. */
export function stopOfFolder(folder: string): string {
  return path.join(folder, KEPT_IN, STOP);
}

/** The file that stops the runs that are on a record. */
export function stopOfRecord(auditFile: string): string {
  return `${auditFile}.${STOP}`;
}

/**
 * The files that ask a run to stop, as they are when it begins: those are of runs before it. One that appears, or is
 * written again, is meant for this run; no clock is asked.
 */
export class StopFiles {
  readonly #known: ReadonlyMap<string, string>;

  /** @param auditFile the record where the settings name one; null for the default one of any org */
  constructor(folder: string, auditFile: string | null) {
    const kept = path.join(folder, KEPT_IN);
    const files = namesIn(kept)
      .filter((name) => name === STOP || name.endsWith(`.${STOP}`))
      .map((name) => path.join(kept, name));
    if (auditFile !== null) files.push(stopOfRecord(auditFile));
    this.#known = new Map(files.flatMap((file) => stateOf(file).map((state) => [file, state] as const)));
  }

  /** Why the run is to stop, by any of these files; null while it is not. */
  look(files: readonly string[]): string | null {
    const file = files.find((one) => stateOf(one).some((state) => state !== this.#known.get(one)));
    return file === undefined ? null : whyOf(file);
  }
}

/** What tells one writing of a file from the next; none where no file is seen. */
function stateOf(file: string): string[] {
  try {
    const { ino, mtimeNs, ctimeNs, size } = statSync(file, { bigint: true });
    return [`${ino} ${mtimeNs} ${ctimeNs} ${size}`];
  } catch {
    return [];
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nothing was kept yet
  }
}

/** Whatever the file holds, the run stops: only the words depend on it. */
function whyOf(file: string): string {
  const answer = readRegular(file, LARGEST_REQUEST);
  const { by, reason } = "bytes" in answer ? requestIn(answer.bytes.toString("utf8")) : {};
  if (typeof by !== "string" || typeof reason !== "string")
    return `the file ${printable(file)} asks it to stop`;
  return `${printable(by)} asked it to stop${reason === "" ? "" : ` (${printable(reason)})`}`;
}

function requestIn(text: string): Partial<Record<keyof StopRequest, unknown>> {
  try {
    return (JSON.parse(text) as Partial<StopRequest> | null) ?? {};
  } catch {
    return {}; // made by hand
  }
}
