import Type, { type Static } from "typebox";

/** One way in which the local org misbehaves, for the requests that it matches. */
export const FaultSchema = Type.Object(
  {
    kind: Type.Enum(["latency", "status", "expire", "drop", "redirect", "html", "applyThenDrop"]),
    /** Part of `METHOD /path?query`, decoded; every request but the admin's without it. */
    match: Type.Optional(Type.String()),
    /** For revoke calls: only for the grants of this user. */
    username: Type.Optional(Type.String()),
    /** How many matching requests pass first. */
    after: Type.Optional(Type.Integer({ minimum: 0 })),
    /** How many are hit then; all without it. */
    count: Type.Optional(Type.Integer({ minimum: 1 })),
    /** For `status`. */
    status: Type.Optional(Type.Integer({ minimum: 400, maximum: 599 })),
    retryAfterSeconds: Type.Optional(Type.Number({ minimum: 0 })),
    /** For `latency`. */
    ms: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
);

export type Fault = Static<typeof FaultSchema>;

/** The faults that are switched on, and how often each has matched. */
export class Faults {
  #active: { fault: Fault; seen: number }[] = [];

  set(faults: readonly Fault[]): void {
    this.#active = faults.map((fault) => ({ fault, seen: 0 }));
  }

  /** The faults that hit this request, in the order in which they were set. Counts it for each that matches. */
  hit(request: string, username: string | undefined): Fault[] {
    const hits: Fault[] = [];
    for (const active of this.#active) {
      const { match, username: only, after = 0, count = Number.POSITIVE_INFINITY } = active.fault;
      if (match !== undefined && !request.includes(match)) continue;
      if (only !== undefined && only !== username) continue;
      const number = active.seen++;
      if (number >= after && number < after + count) hits.push(active.fault);
    }
    return hits;
  }
}
