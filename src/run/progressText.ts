import type { ApplyProgress } from "../apply/attempts.ts";
import { count } from "../text.ts";

/** How far a revocation is, in a line that the next one replaces. */
export function progressText({ step, done, total }: ApplyProgress): string {
  switch (step) {
    case "calls":
      return `revoked ${count(done)} of ${count(total)}`;
    case "again":
      return "reading the org again, to see what is gone";
    case "sessions":
      return "looking for live sessions";
  }
}
