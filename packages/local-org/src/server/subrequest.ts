import { randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";

/** Marks a subrequest, which nobody else can. */
export const MARK = { name: "x-local-org-subrequest", value: randomUUID() };

/** Whether a request is part of another, which was counted, and which the faults had their chance at. */
export function isSubrequest({ headers }: FastifyRequest): boolean {
  return headers[MARK.name] === MARK.value;
}
