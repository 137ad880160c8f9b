import type { Decision } from "../decide/decide.ts";
import type { PlatformKind } from "../platformApps.ts";
import type { Evaluation } from "./evaluate.ts";
import { appPart, canonicalOrder } from "./parts.ts";
import type { PlanFile } from "./planSchema.ts";

type PlatformPart = NonNullable<PlanFile["platformApps"]>;

/**
 * Salesforce's own apps, and what is called so, as far as they hold grants and the policy does not list them; undefined for
 * none. Of grants of which it cannot be told whose they are nothing is here. Pure.
 */
export function platformPart(
  { policy, resolved, decisions }: Pick<Evaluation, "policy" | "resolved" | "decisions">,
  labels: ReadonlyMap<string, string>,
): PlatformPart | undefined {
  if (resolved.platformApps.size === 0) return;
  const ofApps = Map.groupBy(
    decisions.filter(({ grant: { app } }) => resolved.platformApps.has(app.key)),
    ({ grant }) => grant.app.key,
  );
  const apps = [...ofApps].flatMap(([key, some]) =>
    resolved.doubts.has(key) ? [] : heldPart(some, resolved.platformApps.get(key)!, labels),
  );
  return apps.length === 0
    ? undefined
    : { said: policy.platformApps?.value ?? null, apps: canonicalOrder(apps) };
}

/** One app's, with how many of its grants get what. */
function heldPart(
  decisions: readonly Decision[],
  kind: PlatformKind,
  labels: ReadonlyMap<string, string>,
): PlatformPart["apps"][number] {
  const of = (action: Decision["action"]) => decisions.filter((one) => one.action === action).length;
  return {
    ...appPart(decisions[0]!.grant.app, labels),
    proven: kind === "proven",
    users: new Set(decisions.map(({ grant }) => grant.userId)).size,
    keep: of("keep"),
    report: of("report"),
    revoke: of("revoke"),
  };
}
