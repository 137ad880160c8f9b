import type { ResolvedExemption } from "../resolve/resolved.ts";
import { isOver } from "../time.ts";
import { type Basis, type Rule, SILENT } from "./rule.ts";

/** Exemptions that have not expired keep the grants that they name. */
export function exemptRules({ resolved, asOf }: Basis): Record<"exemption", Rule> {
  const holding = resolved.exemptions.filter(({ exemption }) => !isOver(exemption.expires.value, asOf));
  const ofUser = Map.groupBy(holding, ({ userId }) => userId);
  if (holding.length === 0) return { exemption: SILENT };
  return {
    exemption: ({ grant }) => {
      const found = [...(ofUser.get(grant.userId) ?? []), ...(ofUser.get(null) ?? [])].find(
        covers(grant.app.key),
      );
      return found === undefined ? null : { action: "keep", code: "exempt", at: found.exemption.position };
    },
  };
}

function covers(appKey: string): (exemption: ResolvedExemption) => boolean {
  return (exemption) => exemption.appKey === null || exemption.appKey === appKey;
}
