import type { CompletenessProof } from "../inventory/inventory.ts";
import { amount } from "../text.ts";

/** Why a list is believed to be complete, in one sentence. */
export function proofText(proof: CompletenessProof): string {
  const { read, fromUsage = 0, ranges, rereads = 0, partition, calls, apiVersion, at } = proof;
  const again = rereads === 0 ? "" : `, ${rereads} of them read again since grants came or went`;
  const usage =
    fromUsage === 0 ? "" : `, and ${fromUsage} more that only the usage of external client apps shows`;
  return (
    `All ${read} grants that the org counted before and after${usage}: read in ${amount(ranges, "range")} by ${partition}${again}, ` +
    `with ${amount(calls, "API call")}, API ${apiVersion}, ${at}.`
  );
}
