/** A question to an org, its answer, and what that means for the tool. Holds nothing that the profile does not. */
export interface ProbeLine {
  /** `open` where the answer is not known, and a person could find it out. */
  readonly status: "ok" | "warning" | "open";
  readonly question: string;
  readonly answer: string;
  readonly means: string;
}
