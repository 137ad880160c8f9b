import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import path from "node:path";
import type { RunStack } from "../audit/line.ts";
import { isStack, recordedStacks } from "../audit/recordedStacks.ts";
import { readRegular, type Unread, unread } from "../regularFile.ts";
import { DAY_MS } from "../time.ts";
import { removeBefore, systemRefusal, writeWhole } from "./wholeFile.ts";

/** A resource of a stack that updated an org from here. */
export interface SeenStack {
  readonly stack: RunStack;
  /** When it last did, in milliseconds since the epoch. */
  readonly at: number;
}

/** For so long after its last update a stack is seen. */
const REMEMBERED_MS = 30 * DAY_MS;
const LARGEST_NOTE = 64 * 1024;

/**
 * Which resources of which stacks update an org from here. Each update leaves a note in the folder `stacks` beside the record, be it
 * that it revokes nothing; a note names nobody, and goes after 30 days. Where there is none of an org, its record is asked.
 */
export class StackNotes {
  readonly #folder: string;
  readonly #recordOf: (orgId: string) => string;
  readonly #now: () => number;

  /** @param beside the folder of the records @param recordOf the record of an org */
  constructor(beside: string, recordOf: (orgId: string) => string, now: () => number = Date.now) {
    this.#folder = path.join(beside, "stacks");
    this.#recordOf = recordOf;
    this.#now = now;
  }

  /** Those that updated an org within 30 days; or why that cannot be told. */
  of(orgId: string): readonly SeenStack[] | Unread {
    const since = this.#now() - REMEMBERED_MS;
    const noted = this.#noted(orgId).filter(({ at }) => at >= since);
    return noted.length > 0 ? noted : recordedStacks(this.#recordOf(orgId), orgId, since);
  }

  /** Notes that a resource updates an org now. @returns why it cannot; null where it can */
  note(orgId: string, stack: RunStack): string | null {
    const name = createHash("sha256")
      .update(JSON.stringify([orgId, stack.project, stack.name, stack.resource]))
      .digest("hex");
    const at = new Date(this.#now()).toISOString();
    return systemRefusal(() => {
      writeWhole(path.join(this.#folder, `${name}.json`), JSON.stringify({ org: orgId, stack, at }));
      removeBefore(this.#folder, this.#now() - REMEMBERED_MS);
    });
  }

  #noted(orgId: string): SeenStack[] {
    let names: string[];
    try {
      names = readdirSync(this.#folder);
    } catch (error) {
      unread(error); // no folder, no notes
      return [];
    }
    return names
      .filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
      .flatMap((name) => parseNote(readRegular(path.join(this.#folder, name), LARGEST_NOTE), orgId) ?? []);
  }
}

/** Null for what cannot be read, is no note, or is of another org: it is in nobody's way. */
function parseNote(answer: ReturnType<typeof readRegular>, orgId: string): SeenStack | null {
  if (!("bytes" in answer)) return null;
  try {
    const { org, stack, at } = (JSON.parse(answer.bytes.toString("utf8")) ?? {}) as Record<string, unknown>;
    const time = typeof at === "string" ? Date.parse(at) : Number.NaN;
    return org === orgId && isStack(stack) && !Number.isNaN(time) ? { stack, at: time } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
