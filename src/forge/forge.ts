/** Something posted that can be found and changed again. */
export interface Posted {
  readonly id: number;
  readonly body: string;
  /** Whether the credential in use wrote it: nothing of anybody else's is touched. */
  readonly isOwn: boolean;
}

export interface PostedIssue extends Posted {
  readonly isOpen: boolean;
}

/** A branch that is to become part of another. */
export interface ProposedChange {
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  /** Markdown. */
  readonly body: string;
}

/** Where pull requests and issues are. Every method throws a UserError where the forge refuses. */
export interface Forge {
  /** The comments of the pull request, as they come: who has found theirs asks for no more. */
  comments(): AsyncIterable<Posted>;
  createComment(body: string): Promise<void>;
  updateComment(id: number, body: string): Promise<void>;
  /** Labels the pull request with those that are set, and takes those that are unset from it; any other label is left alone. */
  setLabels(labels: { readonly set: readonly string[]; readonly unset: readonly string[] }): Promise<void>;
  /** The issues, open or closed, that may carry a mark of this tool. */
  issues(): AsyncIterable<PostedIssue>;
  createIssue(title: string, body: string): Promise<void>;
  /** @returns the address of what was opened */
  openPullRequest(proposed: ProposedChange): Promise<string>;
  updateIssue(id: number, title: string, body: string, isOpen: boolean): Promise<void>;
  /** The comments of an issue, as they come. */
  issueComments(issue: number): AsyncIterable<Posted>;
  /** @returns the comment's id, which is higher than that of each comment before it */
  commentOnIssue(issue: number, body: string): Promise<number>;
  deleteIssueComment(issue: number, id: number): Promise<void>;
}
