import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Store } from "../store/store.ts";
import type { Context } from "./context.ts";
import { badToken, bearerSession, invalidSession, refuse } from "./dataApi.ts";
import type { Fault } from "./faults.ts";
import { isAdmin, isWrite, revokedGrant } from "./requests.ts";
import { refuseRevocation, tokenToRevoke } from "./revoke.ts";
import { isSoap, soapFault } from "./soap.ts";
import { isSubrequest, STRUCK } from "./subrequest.ts";

/** What Salesforce's edge answers to bursts (docs/salesforce.md#queries-and-errors). */
const ACCESS_DENIED = "<html><head><title>Access Declined</title></head><body>Access Declined</body></html>";

/** Lets the faults that are switched on hit the requests that they match, and keeps a read-only org as it is. */
export function misbehave(server: FastifyInstance, { faults, options, store }: Context): void {
  const strike = async (request: FastifyRequest, reply: FastifyReply) => {
    const grant = revokedGrant(request, store);
    for (const fault of faults.hit(requestLine(request), grant)) {
      if (fault.kind === "latency") await sleep(fault.ms ?? 100);
      else if (fault.kind === "rotate") rotate(grant ?? fault, store);
      else if (isSubrequest(request) && !OF_PARTS.has(fault.kind))
        return reply.code(502).header(STRUCK, fault.kind).send();
      else return answerAmiss(fault, request, reply, store);
    }
    return undefined;
  };
  server.addHook("preHandler", async (request, reply) => {
    if (isAdmin(request)) return undefined;
    if (options.readOnly && isWrite(request))
      return refuseIn(request, reply, 500, "READ_ONLY", "this org must not be written to");
    return strike(request, reply);
  });
}

/** Rotates the tokens of a revoke call, or those that the fault of another call names. */
function rotate({ username, app }: Pick<Fault, "username" | "app">, store: Store): void {
  if (username !== undefined && app !== undefined) store.rotate(username, app);
}

/** The faults that a part of a composite can be answered with; others are of the connection, and so of the whole. */
const OF_PARTS: ReadonlySet<Fault["kind"]> = new Set(["status", "expire", "freezeCaller"]);

/** Answers a request as the fault has it. */
export function answerAmiss(
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
  store: Store,
): FastifyReply {
  switch (fault.kind) {
    case "freezeCaller": {
      const session = bearerSession(request, store);
      if (session !== undefined) store.freeze(session.userId);
      return expired(request, reply);
    }
    case "expire":
      return expired(request, reply);
    case "accessDenied":
      return reply.code(400).type("text/html").send(ACCESS_DENIED);
    case "redirect":
      return reply.redirect(`http://127.0.0.1:${request.socket.localPort}/elsewhere`, 302);
    case "html":
      return reply.code(503).type("text/html").send("<html><body>Down for maintenance</body></html>");
    case "status":
      return failure(fault, request, reply);
    case "applyThenDrop":
      store.revoke(tokenToRevoke(request, store.platform) ?? "");
      return cut(request, reply);
    case "applyThenFail":
      store.revoke(tokenToRevoke(request, store.platform) ?? "");
      return failure(fault, request, reply);
    case "pretend":
      return reply.code(200).send();
    case "garbage":
      return babble(request, reply);
    default:
      return cut(request, reply);
  }
}

function expired(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (isSoap(request)) return soapFault(reply, 500, "INVALID_SESSION_ID", "Session expired or invalid");
  return /^\/(id|services\/oauth2\/userinfo)\b/.test(request.url) ? badToken(reply) : invalidSession(reply);
}

/** Cuts the connection in place of an answer. */
function cut(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

/** Answers with what is no HTTP. */
function babble(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.end("\u0000\u0001 no HTTP at all\r\n\r\n");
  return reply;
}

/** An error in the words of the endpoint that it comes from. */
function failure(fault: Fault, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status = 503, retryAfterSeconds, errorCode, message = "try again later" } = fault;
  if (retryAfterSeconds !== undefined) reply.header("Retry-After", String(retryAfterSeconds));
  if (request.url.startsWith("/services/oauth2/revoke")) {
    if (status === 400)
      return refuseRevocation(reply, errorCode ?? "invalid_token", fault.message ?? "invalid token");
    if (status === 404) return reply.code(404).type("text/plain").send("Bad_Id");
  }
  if (request.url.startsWith("/services/oauth2/token") && status < 500)
    return reply.code(status).send({ error: errorCode ?? "rate_limit_exceeded", error_description: message });
  return refuseIn(request, reply, status, errorCode ?? "SERVER_UNAVAILABLE", message);
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
