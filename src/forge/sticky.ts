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

/** What is to be said in an issue. */
export interface IssueSaid {
  /** Null where all is clean. */
  readonly content: IssueText | null;
  /** What it is closed with. */
  readonly closing: IssueText;
  /** What a comment tells, since forges tell nobody of a body that is another; null where there is no news. */
  readonly comment: string | null;
}

/** An issue as it is kept. */
export interface KeptIssue<Said extends IssueSaid = IssueSaid> {
  /** @param texts what stands there: the body of the issue, and the comments that tell of news, oldest first; none where there is no issue */
  readonly said: (texts: readonly string[]) => Said;
  /** The number of the news that a comment tells; two of one number tell the same. */
  readonly numberIn: (text: string) => number | null;
}

export type Kept = "opened" | "updated" | "unchanged" | "closed" | "nothing to do";

/**
 * Keeps one issue: open with its text while there is something to say, closed when there is not, with a comment for what is new. What
 * was told is told once, also where a run ended half-way or two ran at once: of two issues or comments the one that was first stays.
 * @param mark hidden in each text, by which it is found again
 */
export async function keepIssue<Said extends IssueSaid>(
  forge: Forge,
  mark: string,
  kept: KeptIssue<Said>,
): Promise<{ readonly what: Kept; readonly said: Said }> {
  const mine = await ownIssues(forge, mark);
  const found = mine.find(({ isOpen }) => isOpen) ?? mine.at(-1);
  if (found === undefined) {
    const said = kept.said([]);
    if (said.content === null) return { what: "nothing to do", said };
    await forge.createIssue(said.content.title, `${mark}\n${said.content.body}`);
    await closeRepeated(forge, await ownIssues(forge, mark));
    return { what: "opened", said };
  }
  await closeRepeated(forge, mine);
  const said = await tellNews(forge, mark, kept, found);
  if (said.content === null) {
    if (!found.isOpen) return { what: "nothing to do", said };
    await forge.updateIssue(found.id, said.closing.title, `${mark}\n${said.closing.body}`, false);
    return { what: "closed", said };
  }
  const text = `${mark}\n${said.content.body}`;
  if (found.isOpen && sameText(found.body, text)) return { what: "unchanged", said };
  await forge.updateIssue(found.id, said.content.title, text, true);
  return { what: "updated", said };
}

/** The first one first. */
async function ownIssues(forge: Forge, mark: string): Promise<PostedIssue[]> {
  const mine: PostedIssue[] = [];
  for await (const one of forge.issues()) if (one.isOwn && isMarked(one.body, mark)) mine.push(one);
  return mine.sort((a, b) => a.id - b.id);
}

/** Two runs at once can both have opened one. */
async function closeRepeated(forge: Forge, mine: readonly PostedIssue[]): Promise<void> {
  const [first, ...more] = mine.filter(({ isOpen }) => isOpen);
  for (const { id } of more)
    await forge.updateIssue(id, `Kept in #${first!.id}`, `This is kept in #${first!.id}.\n`, false);
}

/** Tries of a comment that another run was faster with. */
const MOST_TRIES = 3;

/** @returns what was said where this run told it; else what there is to say beside what another told at the same time */
async function tellNews<Said extends IssueSaid>(
  forge: Forge,
  mark: string,
  { said: saidOf, numberIn }: KeptIssue<Said>,
  { id: issue, body, isOpen }: PostedIssue,
): Promise<Said> {
  for (let attempt = 1; ; attempt++) {
    const standing = await ownComments(forge, mark, issue);
    const said = saidOf([body, ...standing.map((one) => one.body)]);
    if (said.comment === null || (said.content === null && !isOpen)) return said;
    const own = await forge.commentOnIssue(issue, `${mark}\n${said.comment}`);
    const number = numberIn(said.comment);
    const after = await ownComments(forge, mark, issue);
    const first = after.find((one) => numberIn(one.body) === number);
    if (attempt === MOST_TRIES || first === undefined || first.id >= own) return said;
    // Its own alone: what another told may be told nowhere else.
    await forge.deleteIssueComment(issue, own);
  }
}

/** The comments that tell of news, the oldest first. */
async function ownComments(forge: Forge, mark: string, issue: number): Promise<Posted[]> {
  const mine: Posted[] = [];
  for await (const one of forge.issueComments(issue))
    if (one.isOwn && isMarked(one.body, mark)) mine.push(one);
  return mine.sort((a, b) => a.id - b.id);
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
