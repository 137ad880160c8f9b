import type { Forge, Posted, PostedIssue } from "./forge.ts";

/**
 * Posts a comment, or changes the one that it posted before; one that says the same already is left alone.
 * @param mark hidden in the body, by which it is found again
 */
export async function postComment(
  forge: Forge,
  mark: string,
  body: string,
): Promise<"created" | "updated" | "unchanged"> {
  const text = `${mark}\n${body}`;
  let found: Posted | undefined;
  for await (const one of forge.comments())
    if (one.isOwn && isMarked(one.body, mark)) {
      found = one;
      break;
    }
  if (found === undefined) {
    await forge.createComment(text);
    return "created";
  }
  if (sameText(found.body, text)) return "unchanged";
  await forge.updateComment(found.id, text);
  return "updated";
}

/** What an issue says. */
export interface IssueText {
  readonly title: string;
  readonly body: string;
}

/**
 * Keeps one issue: open with this body while there is something to say, closed when there is not.
 * @param textOf null where all is clean; it is handed the body of the issue as it stands, which is null for none
 * @param closing what it is then closed with
 */
export async function keepIssue(
  forge: Forge,
  mark: string,
  textOf: (standing: string | null) => IssueText | null,
  closing: IssueText,
): Promise<"opened" | "updated" | "unchanged" | "closed" | "nothing to do"> {
  const mine: PostedIssue[] = [];
  for await (const one of forge.issues()) if (one.isOwn && isMarked(one.body, mark)) mine.push(one);
  const found = mine.find(({ isOpen }) => isOpen) ?? mine[0];
  const content = textOf(found?.body ?? null);
  if (content === null) {
    if (found === undefined || !found.isOpen) return "nothing to do";
    await forge.updateIssue(found.id, closing.title, `${mark}\n${closing.body}`, false);
    return "closed";
  }
  const text = `${mark}\n${content.body}`;
  if (found === undefined) {
    await forge.createIssue(content.title, text);
    return "opened";
  }
  if (found.isOpen && sameText(found.body, text)) return "unchanged";
  await forge.updateIssue(found.id, content.title, text, true);
  return "updated";
}

/** The mark is the first line: a quoted one further down is somebody's answer. */
function isMarked(body: string, mark: string): boolean {
  return body.trimStart().startsWith(mark);
}

/** Forges hand texts back with other line ends. */
function sameText(a: string, b: string): boolean {
  const normal = (text: string) => text.replaceAll("\r\n", "\n").trim();
  return normal(a) === normal(b);
}
