import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CodedError, shownError } from "../../src/errors.ts";
import type { Inventory } from "../../src/inventory/inventory.ts";
import { NO_NEEDS } from "../../src/inventory/needs.ts";
import { digestOf } from "../../src/plan/digest.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import { parsePlanFile } from "../../src/plan/parsePlanFile.ts";
import { planFile } from "../../src/plan/planFile.ts";
import { restoreInventory, saveInventory } from "../../src/plan/savedInventory.ts";
import { readPolicy } from "../../src/policy/read.ts";
import { openObserver } from "../../src/run/open.ts";
import { alterAnswers } from "../altered.ts";
import type { Case } from "./case.ts";
import { generate } from "./generate.ts";
import { Dice } from "./random.ts";
import { start, written } from "./tool.ts";
import { FILES } from "./wanted.ts";

/** What may take no longer, in milliseconds: a reading of one file, and a listing of a small org. */
const LONGEST = { file: 10_000, listing: 60_000 };
/** The most that is said of one mistake, in characters. */
const LONGEST_TEXT = 100_000;

/** What came of one piece of nonsense: how it was taken, and what must not be. */
export interface Fuzzed {
  readonly kind: string;
  readonly taken: "accepted" | "refused";
  readonly wrong: string | null;
}

/** Feeds the tool one seed's worth of nonsense: policies, baselines, saved plans and inventories, and answers of an org. */
export async function fuzz(seed: number): Promise<Fuzzed[]> {
  const dice = new Dice(seed);
  const made = generate(seed);
  const one = { ...made, platform: { ...made.platform, sessionApp: null } };
  const org = await start(one);
  try {
    const whole = await listed(org.url, org.accessToken);
    const policy = await readIn(one, FILES.own, null);
    const plan = policy === null ? null : planText(policy, whole, one.asOf);
    return [
      ...(await fuzzFile(one, FILES.own, dice)),
      ...(one.files.base === null ? [] : await fuzzFile(one, FILES.base, dice)),
      ...(one.files.baseline === null ? [] : await fuzzFile(one, FILES.baseline, dice)),
      ...(await fuzzSaved("saved inventory", saveInventory(whole, NO_NEEDS), dice, (text) => {
        const restored = restoreInventory(text, "saved.json", NO_NEEDS);
        return policy === null ? null : evaluate(policy, restored, one.asOf);
      })),
      ...(plan === null
        ? []
        : await fuzzSaved("saved plan", plan, dice, (text) => parsePlanFile(text, PLAN))),
      ...(await fuzzAnswers(org, whole, dice)),
    ];
  } finally {
    await org.close();
  }
}

const PLAN = { plan: "The plan", file: "plan.json", next: "" };

function planText(policy: ReturnType<typeof readPolicy>, inventory: Inventory, asOf: number): string | null {
  try {
    return JSON.stringify(planFile(evaluate(policy, inventory, asOf), { all: true }));
  } catch (error) {
    if (error instanceof CodedError) return null;
    throw error;
  }
}

/** Reads a case's policy with another text for one of its files; null where it is refused. */
async function readIn({ files }: Case, file: string, text: string | Buffer | null) {
  const folder = mkdtempSync(path.join(tmpdir(), "fuzz-"));
  try {
    for (const [name, { text: whole }] of written(files)) writeFileSync(path.join(folder, name), whole);
    if (text !== null) writeFileSync(path.join(folder, file), text);
    return readPolicy(FILES.own, folder);
  } catch (error) {
    if (error instanceof CodedError && text === null) return null;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function fuzzFile(one: Case, file: string, dice: Dice): Promise<Fuzzed[]> {
  const { text } = written(one.files).get(file)!;
  const kind = file === FILES.baseline ? "baseline" : "policy";
  return [
    await judged(kind, LONGEST.file, () => readIn(one, file, brokenText(dice, text))),
    await judged(kind, LONGEST.file, () => readIn(one, file, brokenBytes(dice, text))),
  ];
}

/** A file that was saved, broken as text, as JSON, and by somebody who made its digest anew. */
async function fuzzSaved(
  kind: string,
  text: string,
  dice: Dice,
  read: (text: string) => unknown,
): Promise<Fuzzed[]> {
  const { digest: _, ...content } = JSON.parse(text);
  const forged = brokenValue(dice, content) as object;
  const texts = [
    brokenText(dice, text),
    JSON.stringify(brokenValue(dice, JSON.parse(text))),
    JSON.stringify({ ...forged, digest: digestOf(forged) }),
  ];
  const results: Fuzzed[] = [];
  for (const broken of texts) results.push(await judged(kind, LONGEST.file, async () => read(broken)));
  return results;
}

/** Lists an org whose answers are altered in one place or several. What is called complete must be what the org holds. */
async function fuzzAnswers(
  org: Awaited<ReturnType<typeof start>>,
  whole: Inventory,
  dice: Dice,
): Promise<Fuzzed[]> {
  // Half of the orgs answer nonsense; the others lie once of their grants, in an answer that looks right.
  const isLying = dice.chance(0.5);
  let left = isLying ? 1 : 1 + dice.below(3);
  let skip = isLying ? 0 : dice.below(14);
  const proxy = await alterAnswers(org, (request, { body }) => {
    if (left === 0 || !/^\s*[[{]/.test(body)) return null;
    const answer: unknown = JSON.parse(body);
    if (isLying && !(request.includes("FROM OauthToken") && hasRows(answer))) return null;
    if (skip-- > 0) return null;
    left--;
    return {
      body: JSON.stringify(isLying ? withWrongRows(dice, answer as Rows) : brokenValue(dice, answer)),
    };
  });
  try {
    return [
      await judged("answers", LONGEST.listing, async () => {
        const seen = await listed(proxy.url, org.accessToken);
        const holders = ({ grants }: Inventory) =>
          grants
            .map(({ userId }) => userId)
            .sort()
            .join();
        if (seen.org.id === whole.org.id && holders(seen) !== holders(whole))
          throw new Error(
            `called complete: ${seen.grants.length} grants, not ${whole.grants.length} of these users`,
          );
      }),
    ];
  } finally {
    await proxy.close();
  }
}

interface Rows {
  readonly totalSize: number;
  readonly records: readonly { readonly Id?: string | null }[];
}

function hasRows(answer: unknown): boolean {
  return ((answer as Partial<Rows> | null)?.records?.length ?? 0) > 0;
}

/** An answer that lacks a row, has one twice, or has one in the place of another, with the number that fits it or that of before. */
function withWrongRows(dice: Dice, { records, ...answer }: Rows): Rows {
  const at = dice.below(records.length);
  const other = records[dice.below(records.length)]!;
  // Without ids nothing tells one row in the place of another from two that are alike.
  const isTold = records.every(({ Id }) => Id !== null && Id !== undefined);
  const change = dice.below(isTold ? 3 : 2);
  const wrong = change === 0 ? records.toSpliced(at, 1) : records.toSpliced(at, change === 2 ? 1 : 0, other);
  const totalSize = dice.chance(0.5) ? answer.totalSize + wrong.length - records.length : answer.totalSize;
  return { ...answer, totalSize, records: wrong };
}

const AT_ONCE = { sleep: async () => undefined, random: () => 0 };

async function listed(url: string, token: string): Promise<Inventory> {
  const env = { SF_ORG_INSTANCE_URL: url, SF_ACCESS_TOKEN: token };
  return await openObserver({ folder: tmpdir(), env, clock: AT_ONCE }).have(NO_NEEDS);
}

/** Whether something ends in time, and in an error that a person can use if in any. */
async function judged(kind: string, longest: number, run: () => Promise<unknown>): Promise<Fuzzed> {
  const begun = performance.now();
  let taken: Fuzzed["taken"] = "accepted";
  let wrong: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no end")), longest);
  });
  try {
    await Promise.race([run(), late]);
  } catch (error) {
    taken = "refused";
    if (!(error instanceof CodedError)) wrong = String((error as Error)?.stack ?? error);
    else if (shownError(error).length > LONGEST_TEXT) wrong = `says ${shownError(error).length} characters`;
  } finally {
    clearTimeout(timer);
  }
  const took = performance.now() - begun;
  if (wrong === null && took > longest) wrong = `took ${Math.round(took)} ms`;
  return { kind, taken, wrong };
}

/** Pieces that parsers stumble over. */
const PIECES = [
  "",
  "\0",
  "\u202e",
  "\ufeff",
  "- ",
  ": ",
  "{",
  "}",
  "[",
  "]",
  "&a ",
  "*a",
  "<<: *a",
  "!!js/function x",
  "|",
  ">",
  "'",
  '"',
  "\t",
  "\r",
  "---\n",
  "null",
  "~",
  ".inf",
  "1e400",
  "-0",
  "0x10",
  "2026-02-30",
  "__proto__: {}",
  "constructor",
  "x".repeat(70_000),
  "[".repeat(3_000),
  "{a: ".repeat(2_000),
  "\ud800",
  "#",
  "%YAML 1.1\n",
  "../../etc/passwd",
  "/dev/zero",
  "0H4",
  "?\n",
];

/** A text with some of its parts taken out, doubled, moved or filled with what parsers stumble over. */
function brokenText(dice: Dice, text: string): string {
  let broken = text;
  for (let times = 1 + dice.below(4); times > 0; times--) {
    const [from, to] = [dice.below(broken.length + 1), dice.below(broken.length + 1)].sort(
      (a, b) => a - b,
    ) as [number, number];
    const end = dice.chance(0.7) ? Math.min(to, from + dice.below(30)) : to;
    const part = broken.slice(from, end);
    const piece = dice.pick<string>([
      dice.pick(PIECES),
      dice.pick(PIECES),
      part + part,
      [...part].reverse().join(""),
    ]);
    broken = broken.slice(0, from) + piece + broken.slice(end);
  }
  return broken;
}

function brokenBytes(dice: Dice, text: string): Buffer {
  const bytes = Buffer.from(text);
  for (let times = 1 + dice.below(20); times > 0; times--) bytes[dice.below(bytes.length)] = dice.below(256);
  return bytes;
}

const VALUES = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  "",
  "x",
  "\u202e\0",
  [],
  {},
  [[]],
  { records: [] },
  "2026-13-45T99:99:99.000+0000",
];

/** JSON with one value of another type, missing, doubled or lost. */
function brokenValue(dice: Dice, value: unknown): unknown {
  const copy = structuredClone(value);
  const places: { readonly holder: Record<string, unknown> | unknown[]; readonly key: string | number }[] =
    [];
  const walk = (holder: unknown): void => {
    if (typeof holder !== "object" || holder === null) return;
    for (const key of Array.isArray(holder) ? holder.keys() : Object.keys(holder)) {
      places.push({ holder: holder as never, key });
      walk((holder as never)[key]);
    }
  };
  walk(copy);
  if (places.length === 0) return dice.pick(VALUES);
  const { holder, key } = dice.pick(places);
  if (Array.isArray(holder)) {
    const change = dice.below(3);
    holder.splice(Number(key), change === 0 ? 1 : 0, ...(change === 1 ? [holder[Number(key)]] : []));
    if (change === 2) holder[Number(key)] = dice.pick(VALUES);
  } else if (dice.chance(0.4)) delete holder[key];
  else holder[key] = dice.pick(VALUES);
  return copy;
}
