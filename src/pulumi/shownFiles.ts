import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseShown, type Shown } from "../plan/shown.ts";
import { LARGEST_TEXT, readRegular } from "../regularFile.ts";
import { removeBefore, systemRefusal, writeWhole } from "../run/wholeFile.ts";
import { DAY_MS } from "../time.ts";
import { pulumiErrors } from "./errors.ts";
import type { EngineProcess } from "./launchers.ts";
import { projectFolder } from "./projectFolder.ts";

/** Where the engine cannot be told, an update is held to what was shown within this time. */
const UNTOLD_MS = 60 * 60_000;

/**
 * What previews showed, each in a file beside the record, for the update of the same engine process and the same
 * resource. They name nobody, and go after a day. Where the protocol does not say which phase it is, each process keeps
 * what it checked under a name of its own, and what another one of the same engine kept was its preview.
 */
export class ShownFiles {
  readonly #folder: string;
  readonly #engine: EngineProcess | null;
  readonly #own: string | null;
  readonly #now: () => number;

  /**
   * @param beside the folder of the record
   * @param engine null where it cannot be told
   * @param own the name under which this process keeps what it checked; null where the protocol says which phase it is
   */
  constructor(
    beside: string,
    engine: EngineProcess | null,
    own: string | null = null,
    now: () => number = Date.now,
  ) {
    this.#folder = path.join(beside, "shown");
    this.#engine = engine;
    this.#own = own;
    this.#now = now;
  }

  /** Nothing is shown of a resource yet. */
  forget(urn: string): void {
    systemRefusal(() => rmSync(this.#fileOf(urn), { force: true }));
  }

  /** @returns why it could not be kept; null where it is */
  keep(urn: string, shown: Shown): string | null {
    return systemRefusal(() => {
      writeWhole(this.#fileOf(urn), JSON.stringify(shown));
      removeBefore(this.#folder, this.#now() - DAY_MS);
    });
  }

  /** For an update that finds nothing: none may go on that a preview came before which could not be kept. @throws UserError where that may be */
  refuseUnkept(): void {
    const file = path.join(this.#folder, randomUUID());
    const why = systemRefusal(() => {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(file, "", { mode: 0o600, flag: "wx" });
      rmSync(file);
    });
    if (why !== null)
      throw pulumiErrors["shown-not-kept"]({ folder: path.relative(projectFolder(), this.#folder), why });
  }

  /** What was shown; null where nothing was. @throws UserError where that cannot be read, or was changed */
  recall(urn: string): Shown | null {
    const file = this.#own === null ? this.#fileOf(urn) : this.#newestOfOthers(urn);
    if (file === null) return null;
    const answer = readRegular(file, LARGEST_TEXT);
    if ("code" in answer && answer.why === "does not exist") return null;
    const shown = "bytes" in answer ? parseShown(answer.bytes.toString("utf8")) : null;
    if (shown === null)
      throw pulumiErrors["shown-not-readable"]({
        file: path.relative(projectFolder(), file),
        why: "why" in answer ? answer.why : "was changed",
      });
    return this.#engine === null && this.#now() - shown.at > UNTOLD_MS ? null : shown;
  }

  #fileOf(urn: string): string {
    return path.join(this.#folder, `${this.#nameOf(urn)}${this.#own === null ? "" : `.${this.#own}`}.json`);
  }

  #nameOf(urn: string): string {
    const of = JSON.stringify([urn, this.#engine?.pid ?? null, this.#engine?.started ?? null]);
    return createHash("sha256").update(of).digest("hex");
  }

  /** @throws UserError where the folder cannot be read */
  #newestOfOthers(urn: string): string | null {
    const own = path.basename(this.#fileOf(urn));
    let names: string[] = [];
    const why = systemRefusal(() => {
      names = readdirSync(this.#folder);
    });
    if (why !== null && why !== "ENOENT")
      throw pulumiErrors["shown-not-readable"]({ file: path.relative(projectFolder(), this.#folder), why });
    const others = names
      .filter((name) => name.startsWith(`${this.#nameOf(urn)}.`) && name.endsWith(".json") && name !== own)
      .map((name) => path.join(this.#folder, name));
    const age = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return others.sort((a, b) => age(b) - age(a))[0] ?? null;
  }
}
