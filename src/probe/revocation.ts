import type { Outcome } from "../plan/outcome.ts";
import { amountOf } from "./answers.ts";
import type { OrgProfile } from "./profileSchema.ts";

/** What a profile says of the revocation of one pair. @param sessions live ones that were found after it */
export function revocationOf(outcomes: readonly Outcome[], sessions: number): OrgProfile["revocation"] {
  const [first] = outcomes;
  if (first === undefined) return null;
  return { outcome: first.status, sessionsLeft: amountOf(sessions) };
}
