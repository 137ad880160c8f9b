import type { ResolvedExemption } from "../resolve/resolved.ts";
import { type Instant, isOver } from "../time.ts";
import { coverFinder } from "./covered.ts";
import { type Basis, type Rule, SILENT } from "./rule.ts";

/** Those that have not expired. */
export function holdingExemptions(
  exemptions: readonly ResolvedExemption[],
  asOf: Instant,
): readonly ResolvedExemption[] {
  return exemptions.filter(({ exemption }) => !isOver(exemption.expires.value, asOf));
}

/** Exemptions that have not expired keep the grants that they name. */
export function exemptRules({ resolved, asOf }: Basis): Record<"exemption", Rule> {
  const holding = holdingExemptions(resolved.exemptions, asOf);
  if (holding.length === 0) return { exemption: SILENT };
  const covering = coverFinder(holding);
  return {
    exemption: ({ grant }) => {
      const found = covering(grant.userId, grant.app.key);
      return found === undefined ? null : { action: "keep", code: "exempt", at: found.exemption.position };
    },
  };
}
