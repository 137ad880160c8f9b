import { setImmediate } from "node:timers/promises";
import { inspect } from "node:util";
import { CodedError, UserError } from "../errors.ts";
import { printable } from "../printable.ts";
import { amount } from "../text.ts";
import { type Condition, conditionKey, eventOf, OF_NO_GRANT } from "../watch/condition.ts";
import type { WatchEvent } from "../watch/event.ts";
import { Outboxes } from "../watch/outboxes.ts";
import { pause } from "../watch/pause.ts";
import type { Memory, Outbox } from "../watch/store.ts";
import type { FleetOrg } from "./orgs.ts";
import { Places } from "./places.ts";
import { WatchedOrg, type WatchedOrgOptions } from "./watchedOrg.ts";

export interface WatchFleetOptions extends WatchedOrgOptions {
  /** The orgs that are meant, as they are written now; asked again and again. @throws UserError where the file is not valid */
  readonly readOrgs: () => Promise<readonly FleetOrg[]>;
  readonly intervalMs: number;
  readonly orgsAtOnce: number;
  /** How long an org holds up those that wait for its place; 5 s by default. */
  readonly patienceMs?: number;
  /** How long what only looks is waited for where the watch is ended; 5 s by default. */
  readonly lastLooksMs?: number;
}

/** What came of one look at an org. */
export interface Looked {
  readonly org: string;
  readonly fired: number;
  /** What kept it from being judged; null where it was. */
  readonly fault: unknown;
}

const LAST_LOOKS_MS = 5_000;
/** The memory of what is told of the fleet itself; no org has such an id. */
const OF_FLEET = "fleet";

interface Watched {
  readonly watched: WatchedOrg;
  /** What its entry says, but for where it stands. */
  readonly entry: string;
  loop: Promise<void>;
}

/**
 * Watches the orgs of a file in one process, each by rounds of its own and with a memory of its own. Whatever befalls one is told of that
 * org, and holds up no other. The file is read anew each interval: who is new joins, who is gone ends, and a file that is not valid leaves
 * the orgs as they were.
 */
export class FleetWatch {
  readonly #options: WatchFleetOptions;
  readonly #places: Places;
  readonly #outboxes = new Outboxes();
  readonly #memories = new Map<string, Promise<Memory>>();
  readonly #watched = new Map<string, Watched>();
  /** By org: why it must revoke nothing any more. */
  readonly #halted = new Map<string, string>();
  #unexpected: { readonly error: unknown } | null = null;
  /** Keys of what is told of and holds still. */
  readonly #toldOfFleet = new Set<string>();
  #orgs: readonly FleetOrg[];

  /** @param orgs as they are written when it begins */
  constructor(orgs: readonly FleetOrg[], options: WatchFleetOptions) {
    this.#options = { ...options, memoryOf: (id) => this.#memoryOf(id, options.memoryOf) };
    this.#places = new Places(options.orgsAtOnce, options.patienceMs);
    this.#orgs = orgs;
  }

  /** What is to be delivered of all orgs. */
  get outbox(): Outbox {
    return this.#outboxes;
  }

  /** One look at each org. @returns null where the signal came before all were looked at @throws UserError where another watch is there */
  async once(signal: AbortSignal): Promise<readonly Looked[] | null> {
    await this.#options.memoryOf(OF_FLEET);
    for (const org of this.#orgs) this.#watched.set(org.name, this.#make(org));
    const looks = Promise.all([...this.#watched.values()].map(({ watched }) => this.#look(watched)));
    return await this.#unlessEnded(looks, signal);
  }

  /** Looks at each org again and again until the signal comes, and ends what is under way. @returns whether all of it came to its end */
  async watch(signal: AbortSignal): Promise<boolean> {
    const { intervalMs, log, memoryOf } = this.#options;
    await memoryOf(OF_FLEET); // one watch of a fleet at a time
    for (const [i, org] of this.#orgs.entries()) this.#begin(org, (intervalMs * i) / this.#orgs.length);
    log(`watching ${amount(this.#orgs.length, "org")}; a look at each every ${intervalMs / 1000} s`);
    while (!signal.aborted) {
      await pause(intervalMs, signal);
      if (!signal.aborted) await this.#readAnew();
    }
    const loops = Promise.all([...this.#watched.values()].map(({ loop }) => loop)).then(() => true);
    return (await this.#unlessEnded(loops, signal)) ?? false;
  }

  /** @throws what nobody expected, now that everything else is done */
  async close(): Promise<void> {
    for (const memory of await Promise.allSettled(this.#memories.values()))
      if (memory.status === "fulfilled") await memory.value.close();
    if (this.#unexpected !== null) throw this.#unexpected.error;
  }

  /** What is under way, or null a while after the signal: looks are not waited for long, what is being revoked is. */
  async #unlessEnded<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
    await Promise.race([work, whenAborted(signal)]);
    if (!signal.aborted) return await work;
    const all = [...this.#watched.values()].map(({ watched }) => watched);
    for (const one of all) one.stop("the watch was told to end");
    const waiting = new AbortController();
    const late = pause(this.#options.lastLooksMs ?? LAST_LOOKS_MS, waiting.signal).then(() => null);
    const done = await Promise.race([work, late]);
    waiting.abort();
    if (done !== null) return done;
    await Promise.all(all.map((one) => one.leave()));
    await setImmediate(); // what was revoked is kept in the same breath
    return null;
  }

  async #readAnew(): Promise<void> {
    const { readOrgs, log } = this.#options;
    let fault: UserError | null = null;
    try {
      this.#orgs = await readOrgs();
      this.#join();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      fault = error;
      log(printable(`the orgs of before are watched, since ${error.message}`));
    }
    await this.#tell(
      "policy-invalid",
      null,
      fault && `the file of the orgs is not valid, so that those of before are watched: ${fault.message}`,
      "the file of the orgs is valid again",
    );
  }

  /** Begins and ends watches as the orgs are now. */
  #join(): void {
    const { log } = this.#options;
    const meant = new Map(this.#orgs.map((org) => [org.name, entryOf(org)]));
    const ending = new Map<string, Promise<void>>();
    for (const [name, { watched, entry, loop }] of this.#watched) {
      if (meant.get(name) === entry) continue;
      watched.end();
      this.#watched.delete(name);
      ending.set(watched.org.id, loop);
      log(`${name}: ${meant.has(name) ? "its entry is another now" : "is watched no longer"}`);
    }
    for (const org of this.#orgs) {
      if (this.#watched.has(org.name)) continue;
      log(`${org.name}: is watched from now on`);
      this.#begin(org, 0, ending.get(org.id));
    }
  }

  #make(org: FleetOrg): Watched {
    const watched = new WatchedOrg(org, this.#options, () => this.#halted.get(org.id) ?? null);
    return { watched, entry: entryOf(org), loop: Promise.resolve() };
  }

  /** @param after an earlier watch of the same org, which is ending */
  #begin(org: FleetOrg, inMs: number, after = Promise.resolve()): void {
    const one = this.#make(org);
    this.#watched.set(org.name, one);
    one.loop = after.then(() => this.#lookOn(one.watched, inMs));
  }

  /** Look after look, each begun an interval after the one before began. */
  async #lookOn(watched: WatchedOrg, inMs: number): Promise<void> {
    const { intervalMs } = this.#options;
    await pause(inMs, watched.ended);
    while (!watched.ended.aborted) {
      const begun = performance.now();
      await this.#look(watched);
      await pause(Math.max(0, intervalMs - (performance.now() - begun)), watched.ended);
    }
    const halted = watched.halted();
    if (halted !== null) this.#halted.set(watched.org.id, halted);
  }

  /** Never throws: what befalls one org is nobody else's. */
  async #look(watched: WatchedOrg): Promise<Looked> {
    const { name: org } = watched.org;
    try {
      const { fired, fault } = await this.#places.take(org, () => watched.round());
      await this.#tellOfMemory(watched.org, null);
      return this.#noted({ org, fired, fault });
    } catch (fault) {
      this.#options.log(`${org}: ${printable(fault instanceof CodedError ? fault.message : inspect(fault))}`);
      if (fault instanceof UserError) await this.#tellOfMemory(watched.org, fault);
      return this.#noted({ org, fired: 0, fault });
    }
  }

  /** An error that nobody expected is on the log, and is thrown in the end. */
  #noted(looked: Looked): Looked {
    const { fault } = looked;
    if (fault !== null && !(fault instanceof CodedError)) this.#unexpected ??= { error: fault };
    return looked;
  }

  /** What an org's own memory cannot tell. */
  #tellOfMemory({ id, name }: FleetOrg, fault: UserError | null): Promise<void> {
    return this.#tell(
      "inconclusive",
      { id, name },
      fault && `the org is not watched: ${fault.message}`,
      "the org is watched again",
    );
  }

  /** Told of once when it begins and once when it ends. @param begun what holds; null where it does not */
  async #tell(
    kind: WatchEvent["kind"],
    org: WatchEvent["org"],
    begun: string | null,
    ended: string,
  ): Promise<void> {
    const { sinks, now, onNews } = this.#options;
    const key = conditionKey(kind, org?.id ?? OF_FLEET);
    const isTold = this.#toldOfFleet.has(key);
    if (isTold === (begun !== null)) return;
    const memory = await this.#options.memoryOf(OF_FLEET);
    const condition: Condition = {
      ...OF_NO_GRANT,
      ...{ key, kind },
      severity: begun === null ? "note" : "error",
      text: begun ?? ended,
    };
    const inOrg = org?.name ?? null;
    const about = { org, instanceUrl: null, inOrg, policy: null, runbook: this.#options.runbook };
    const event = eventOf(condition, begun === null ? "ended" : "begun", about, now());
    memory.keep({
      begun: begun === null ? [] : [key],
      ended: begun === null ? [key] : [],
      events: [event],
      sinks,
      looked: true,
    });
    if (begun === null) this.#toldOfFleet.delete(key);
    else this.#toldOfFleet.add(key);
    onNews();
  }

  #memoryOf(id: string, open: WatchFleetOptions["memoryOf"]): Promise<Memory> {
    const known = this.#memories.get(id);
    if (known !== undefined) return known;
    const opening = open(id).then((memory) => {
      this.#outboxes.add(memory);
      return memory;
    });
    this.#memories.set(id, opening);
    opening.catch(() => this.#memories.delete(id)); // tried again at the next look
    return opening;
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function entryOf({ position: _, ...entry }: FleetOrg): string {
  return JSON.stringify(entry);
}
