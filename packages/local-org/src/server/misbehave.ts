import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Store } from "../store/store.ts";
import type { Context } from "./context.ts";
import { badToken, invalidSession, refuse } from "./dataApi.ts";
import type { Fault } from "./faults.ts";
import { isAdmin, isWrite, revokedGrant } from "./requests.ts";
import { refuseRevocation, tokenToRevoke } from "./revoke.ts";
import { isSoap, soapFault } from "./soap.ts";

/** Lets the faults that are switched on hit the requests that they match, and keeps a read-only org as it is. */
export function misbehave(server: FastifyInstance, { faults, options, store }: Context): void {
  server.addHook("preHandler", async (request, reply) => {
    if (isAdmin(request)) return undefined;
    if (options.readOnly && isWrite(request))
      return refuseIn(request, reply, 500, "READ_ONLY", "this org must not be written to");
    for (const fault of faults.hit(requestLine(request), revokedGrant(request, store))) {
      if (fault.kind !== "latency") return answer(fault, request, reply, store);
      await sleep(fault.ms ?? 100);
    }
    return undefined;
  });
}

function answer(fault: Fault, request: FastifyRequest, reply: FastifyReply, store: Store): FastifyReply {
  switch (fault.kind) {
    case "expire":
      if (isSoap(request)) return soapFault(reply, 500, "INVALID_SESSION_ID", "Session expired or invalid");
      return /^\/(id|services\/oauth2\/userinfo)\b/.test(request.url)
        ? badToken(reply)
        : invalidSession(reply);
    case "redirect":
      return reply.redirect(`http://127.0.0.1:${request.socket.localPort}/elsewhere`, 302);
    case "html":
      return reply.code(503).type("text/html").send("<html><body>Down for maintenance</body></html>");
    case "status":
      return failure(fault, request, reply);
    case "applyThenDrop":
      store.revoke(tokenToRevoke(request) ?? "");
      return cut(request, reply);
    default:
      return cut(request, reply);
  }
}

/** Cuts the connection in place of an answer. */
function cut(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

/** An error in the words of the endpoint that it comes from. */
function failure(fault: Fault, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status = 503, retryAfterSeconds, errorCode } = fault;
  if (retryAfterSeconds !== undefined) reply.header("Retry-After", String(retryAfterSeconds));
  if (request.url.startsWith("/services/oauth2/revoke")) {
    if (status === 400) return refuseRevocation(reply, errorCode ?? "invalid_token", "invalid token");
    if (status === 404) return reply.code(404).type("text/plain").send("Bad_Id");
  }
  if (request.url.startsWith("/services/oauth2/token") && status < 500)
    return reply
      .code(status)
      .send({ error: errorCode ?? "rate_limit_exceeded", error_description: "try again later" });
  return refuseIn(request, reply, status, errorCode ?? "SERVER_UNAVAILABLE", "try again later");
}

/** A fault where the request is SOAP, and otherwise an error of the data API. */
function refuseIn(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  code: string,
  message: string,
): FastifyReply {
  return isSoap(request) ? soapFault(reply, status, code, message) : refuse(reply, status, code, message);
}

/** `METHOD /path?query`, decoded as far as it can be. */
function requestLine({ method, url }: FastifyRequest): string {
  const spaced = url.replaceAll("+", " ");
  try {
    return `${method} ${decodeURIComponent(spaced)}`;
  } catch {
    return `${method} ${spaced}`;
  }
}
