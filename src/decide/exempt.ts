import { isOver } from "../time.ts";
import { coverFinder } from "./covered.ts";
import { type Basis, type Rule, SILENT } from "./rule.ts";

/** Exemptions that have not expired keep the grants that they name. */
export function exemptRules({ resolved, asOf }: Basis): Record<"exemption", Rule> {
  const holding = resolved.exemptions.filter(({ exemption }) => !isOver(exemption.expires.value, asOf));
  if (holding.length === 0) return { exemption: SILENT };
  const covering = coverFinder(holding);
  return {
    exemption: ({ grant }) => {
      const found = covering(grant.userId, grant.app.key);
      return found === undefined ? null : { action: "keep", code: "exempt", at: found.exemption.position };
    },
  };
}
