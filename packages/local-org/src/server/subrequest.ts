import { randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";

/** Marks a subrequest, which nobody else can. */
export const MARK = { name: "x-local-org-subrequest", value: randomUUID() };

/** Names the fault that hit a part of a composite and that no part can be answered with: it is the whole that it hits. */
export const STRUCK = "x-local-org-struck";

/** Whether a request is part of another, which was counted. */
export function isSubrequest({ headers }: FastifyRequest): boolean {
  return headers[MARK.name] === MARK.value;
}
