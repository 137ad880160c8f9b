import type { RevocationMap } from "../plan/plan.ts";

/** The part of the inputs that the state keeps of the last update which is that update's plan. */
export interface LastPlan {
  readonly revocations?: RevocationMap;
  readonly __approval?: string;
}

const AGAIN = " (again)";

/**
 * A plan as the engine cannot take it for the last one. It compares inputs as texts, and passes over what is equal: what was
 * revoked and is granted again within the same day reads as it did. So no line, and no digest, is what it was.
 * @param last null for none
 */
export function unlike<Planned extends Required<Pick<LastPlan, "revocations">> & LastPlan>(
  last: LastPlan | null,
  planned: Planned,
): Planned {
  if (last === null) return planned;
  const { revocations, __approval } = planned;
  const lines = Object.entries(revocations).map(([app, users]) => {
    const before = new Map(Object.entries(last.revocations?.[app] ?? {}));
    return [
      app,
      Object.fromEntries(Object.entries(users).map(([user, line]) => [user, other(line, before.get(user))])),
    ] as const;
  });
  return {
    ...planned,
    revocations: Object.fromEntries(lines),
    ...(__approval === undefined ? {} : { __approval: other(__approval, last.__approval) }),
  };
}

function other(text: string, before: string | undefined): string {
  return text === before ? `${text}${AGAIN}` : text;
}
