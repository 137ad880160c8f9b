import Type, { type Static } from "typebox";

/** One way in which the local org misbehaves, for the requests that it matches. */
export const FaultSchema = Type.Object(
  {
    kind: Type.Enum([
      "latency",
      "status",
      "expire",
      "drop",
      "redirect",
      "html",
      "applyThenDrop",
      "applyThenFail",
      "pretend",
      "garbage",
      "rotate",
      "accessDenied",
      "freezeCaller",
    ]),
    /** Part of `METHOD /path?query`, decoded; every request but the admin's without it. */
    match: Type.Optional(Type.String()),
    /** For revoke calls: only for the grants of this user. For `rotate` of other calls: whose grants. */
    username: Type.Optional(Type.String()),
    /** For revoke calls: only for the grants of this app, named as the grants name it. For `rotate` of other calls: of which app. */
    app: Type.Optional(Type.String()),
    /** How many matching requests pass first. */
    after: Type.Optional(Type.Integer({ minimum: 0 })),
    /** How many are hit then; all without it. */
    count: Type.Optional(Type.Integer({ minimum: 1 })),
    /** For `status`. */
    status: Type.Optional(Type.Integer({ minimum: 400, maximum: 599 })),
    /** For `status`: the code in the error's body. */
    errorCode: Type.Optional(Type.String({ minLength: 1 })),
    /** For `status`: the message in the error's body. */
    message: Type.Optional(Type.String({ minLength: 1 })),
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

  /** The faults that are switched on, each with the number of requests that it has matched. */
  list(): { readonly fault: Fault; readonly seen: number }[] {
    return this.#active.map((active) => ({ ...active }));
  }

  /**
   * The faults that hit this request, in the order in which they were set. Counts it for each that matches.
   * @param grant what a revoke call is about
   */
  hit(request: string, grant: { readonly username: string; readonly app: string } | null): Fault[] {
    const hits: Fault[] = [];
    for (const active of this.#active) {
      const { after = 0, count = Number.POSITIVE_INFINITY } = active.fault;
      if (!matches(active.fault, request, grant)) continue;
      const number = active.seen++;
      if (number >= after && number < after + count) hits.push(active.fault);
    }
    return hits;
  }
}

function matches(
  { kind, match, username, app }: Fault,
  request: string,
  grant: { readonly username: string; readonly app: string } | null,
): boolean {
  if (match !== undefined && !request.includes(match)) return false;
  // What rotates names the grants itself, where the call does not.
  if (grant === null && kind === "rotate") return true;
  return (username ?? grant?.username) === grant?.username && (app ?? grant?.app) === grant?.app;
}
