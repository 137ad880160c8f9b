import { details, roomAfter } from "../report/render/markdown.ts";
import { changeComment, changeSince, type DriftChange, type DriftGroup } from "./driftChange.ts";
import { memoryMark, rememberedIn, withoutMemory } from "./driftMemory.ts";

/** The title and the body of an issue. */
export interface DriftText {
  readonly title: string;
  readonly body: string;
}

/** What is to be said of drift where something stands already. */
export interface DriftSaid {
  /** Null where nothing breaks a policy. */
  readonly content: DriftText | null;
  readonly closing: DriftText;
  /** What came and went, for a comment; null where nothing did. */
  readonly comment: string | null;
  readonly change: DriftChange;
}

/** Drift as one run found it. */
export interface DriftFound {
  readonly groups: readonly DriftGroup[];
  /** Of the run, as 2026-11-23. */
  readonly day: string;
  /** Orgs of which the run knows nothing. */
  readonly unknown?: ReadonlySet<string>;
  /** Grants that the policy only reports; left out where the issue is open for them too. */
  readonly reported?: number;
  /** Null where nothing breaks a policy. @param standing the body of the issue; null for none @param memory goes at its end */
  readonly issue: (standing: string | null, memory: string) => DriftText | null;
  readonly closing: DriftText;
}

/** What an issue, its comments and a chat are told of drift. Pure. */
export function driftTold({ groups, day, issue, closing, ...more }: DriftFound) {
  return {
    /** The texts alone, where nothing is kept. */
    plain: { content: issue(null, ""), closing },
    said: (texts: readonly string[]): DriftSaid => {
      const standing = texts[0] ?? null;
      const change = changeSince(rememberedIn(texts), groups, day, more);
      const memory = memoryMark(change.now);
      return {
        content: issue(standing, memory),
        closing: { title: closing.title, body: closed(closing.body, standing, memory) },
        comment: changeComment(change),
        change,
      };
    },
    numberIn: (text: string): number | null => rememberedIn([text])?.number ?? null,
  };
}

/** What stood there stays readable: at the end, and in the comments where it is too long. */
function closed(body: string, standing: string | null, memory: string): string {
  const before = withoutMemory(standing ?? "")
    .replaceAll(/^<!-- sanctioned:[^>]*-->\r?$/gm, "")
    .trim();
  const history = details("What broke the policy until then", [before]);
  const parts = (some: readonly string[]) => `${[body.trimEnd(), ...some, memory].join("\n\n")}\n`;
  const whole = parts(before === "" ? [] : [history]);
  return roomAfter(whole) >= 0 ? whole : parts(["The comments tell what broke the policy until then."]);
}
