import policySchema from "../../../schema/policy.schema.json" with { type: "json" };
import { isSameData, takeOne } from "../../collections.ts";
import type { ErrorText } from "../../errors.ts";
import { parseSource } from "../document.ts";
import { policyErrors } from "../errors.ts";
import { type PolicyResult, parsePolicy } from "../load.ts";
import type { OpenFile } from "../namedFile.ts";
import type { Policy } from "../policy.ts";
import type { Problem } from "../problem.ts";
import { editedData, type FileData, type PolicyEdit } from "./edits.ts";
import { commentsIn } from "./places.ts";
import type { Notes } from "./rendered.ts";
import { rewritten } from "./rewritten.ts";
import { saysAsked } from "./saysAsked.ts";

/** A policy's file, as it was read. */
export interface PolicyText {
  readonly text: string;
  /** Its name, from which the files that it names are found. */
  readonly file: string;
  readonly open: OpenFile;
}

export type EditResult =
  /** The same text where the policy says so already. */
  | { readonly text: string; readonly policy: Policy }
  /** What is wrong with the policy, or would be. */
  | { readonly problems: readonly Problem[]; readonly isBefore: boolean }
  | { readonly refused: ErrorText };

const MARK = "\uFEFF";

/**
 * A policy's file with a decision in it, and nothing else that is new: whatever it says besides, its comments and its order stay. What
 * comes of it is read again; where that is no policy, or says anything but what was asked, there is none. Pure.
 */
export function editPolicy({ text, file, open }: PolicyText, edit: PolicyEdit): EditResult {
  const mark = text.startsWith(MARK) ? MARK : "";
  const started = withApps(text.slice(mark.length), file, open);
  if ("problems" in started) return { problems: started.problems, isBefore: true };
  const { before, data, body } = started;
  const wanted = editedData(data, before, edit);
  const changed = rewritten(body, wanted, keyOrder, notesOf(edit));
  const refused = () => ({ refused: policyErrors["policy-not-editable"].says({ file }) });
  if (changed === null || !keepsComments(body, changed)) return refused();
  const parsed = parseSource(changed, file);
  if ("problems" in parsed || !isSameData(parsed.source.data, wanted)) return refused();
  const result = parsePolicy(changed, file, open);
  if ("problems" in result) return { problems: result.problems, isBefore: false };
  if (!saysAsked(before, result.policy, edit)) return refused();
  return { text: mark + changed, policy: result.policy };
}

/** The policy that decisions are put into. */
export function policyToEdit({ text, file, open }: PolicyText): PolicyResult {
  const started = withApps(text.startsWith(MARK) ? text.slice(MARK.length) : text, file, open);
  return "problems" in started ? started : { policy: started.before };
}

/** What a policy's file says now. One that lacks nothing but its list of apps is taken to have an empty one. */
function withApps(
  body: string,
  file: string,
  open: OpenFile,
):
  | { readonly before: Policy; readonly data: FileData; readonly body: string }
  | { readonly problems: readonly Problem[] } {
  const parsed = parseSource(body, file);
  if ("problems" in parsed) return parsed;
  const data = parsed.source.data as FileData;
  const result = parsePolicy(body, file, open);
  if ("policy" in result) return { before: result.policy, data, body };
  if (typeof data !== "object" || (data.apps ?? null) !== null) return result;
  const empty = { ...data, apps: [] };
  const completed = rewritten(body, empty, keyOrder);
  if (completed === null) return result;
  const whole = parsePolicy(completed, file, open);
  return "problems" in whole ? result : { before: whole.policy, data: empty, body };
}

/** No comment may be lost: what it says of something that is gone, a reviewer takes out. */
function keepsComments(before: string, after: string): boolean {
  const left = commentsIn(after).map(({ text }) => text);
  return commentsIn(before).every(({ text }) => takeOne(left, text));
}

/** What an app is called, behind its id: an entry of its own has the name beside it. */
function notesOf({ kind, app }: PolicyEdit): Notes {
  if (kind === "allow" || kind === "deny" || !app || app.id === null || app.name === null) return new Map();
  return new Map([[app.id, app.name]]);
}

interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
}

const { properties = {} } = policySchema as Shape;

/** As the schema lists the keys. */
const ORDERS: Readonly<Record<string, readonly string[]>> = {
  "": Object.keys(properties),
  ...Object.fromEntries(
    Object.entries(properties).map(([key, { properties: own, items }]) => [
      key,
      Object.keys(own ?? items?.properties ?? {}),
    ]),
  ),
};

function keyOrder(path: readonly string[]): readonly string[] {
  return ORDERS[path.join(".")] ?? [];
}
