import { describe, expect, it } from "vitest";
import { RemoteError } from "../../src/errors.ts";
import {
  ApiError,
  describeFailure,
  describeLoginFailure,
  isPassing,
  networkCode,
  soapFault,
} from "../../src/salesforce/failure.ts";

const SESSION = "00D000000001942!AQcanary.token_x";
const request = { host: "acme.my.salesforce.com", status: 400, secrets: ["canary-secret", ""] };
const named = (name: string, message: string) => Object.assign(new Error(message), { name });
const coded = (code: string, more: object = {}) => Object.assign(new Error("no"), { code, ...more });

describe("an error of the org's", () => {
  it.each([describeFailure, describeLoginFailure])(
    "never shows a credential in use, nor any session id",
    (describe) => {
      for (const name of ["INVALID_FIELD", "invalid_grant"]) {
        const error = named(name, `canary-secret and ${SESSION} and canary-secret again`);
        expect(String(describe({ ...request, error }))).not.toMatch(/canary/);
      }
    },
  );

  it("is cut where it is long, and keeps one full stop", () => {
    const said = describeFailure({ ...request, error: named("INVALID_FIELD", "x".repeat(600)) });
    expect(String(said)).toContain("x".repeat(500));
    expect(String(said)).not.toContain("x".repeat(501));
    const short = String(describeFailure({ ...request, error: named("INVALID_FIELD", "No such field.") }));
    expect(short).toContain("No such field.");
    expect(short).not.toContain("field..");
  });

  it.each([
    ["INVALID_SESSION_ID", "access-token-not-valid"],
    ["INVALID_AUTH_HEADER", "access-token-malformed"],
    ["REQUEST_LIMIT_EXCEEDED", "api-calls-used-up"],
    ["API_DISABLED_FOR_ORG", "api-disabled-for-org"],
    ["API_CURRENTLY_DISABLED", "api-disabled-for-user"],
    ["INSUFFICIENT_ACCESS", "access-insufficient"],
    ["MALFORMED_QUERY", "request-refused"],
  ])("%s has the code %s", (theirs, ours) => {
    const said = describeFailure({ ...request, error: named(theirs, "no") });
    expect(said).toBeInstanceOf(ApiError);
    expect(said).toMatchObject({ code: ours, salesforceCode: theirs, status: 400 });
  });

  it.each([
    ["invalid_grant", "login-not-granted"],
    ["invalid_client_id", "client-id-not-known"],
    ["invalid_client", "client-not-accepted"],
    ["invalid_app_access", "app-access-refused"],
    ["inactive_user", "login-user-inactive"],
    ["inactive_org", "org-inactive"],
    ["unsupported_grant_type", "login-flow-not-enabled"],
    ["rate_limit_exceeded", "login-too-often"],
    ["constructor", "login-refused"],
  ])("%s of the login has the code %s", (theirs, ours) => {
    expect(describeLoginFailure({ ...request, error: named(theirs, "no") })).toMatchObject({ code: ours });
  });

  it.each(["Error", "ERROR_HTTP_503", "invalid_grant", "X", " INVALID_FIELD", "INVALID_FIELD "])(
    "named %j is not Salesforce's",
    (name) => {
      expect(describeFailure({ ...request, error: named(name, "<html>") })).toMatchObject({
        code: "answer-not-salesforce",
      });
    },
  );

  it.each(["Error", "ERROR_HTTP_503", "invalid_grant ", " invalid_grant"])(
    "named %j is not the login's",
    (name) => {
      expect(describeLoginFailure({ ...request, error: named(name, "<html>") })).toMatchObject({
        code: "login-answer-not-salesforce",
      });
    },
  );

  it("that came without an answer and is no fault of the network is a bug: it comes back as it is", () => {
    const bug = new TypeError("x is not a function");
    for (const describe of [describeFailure, describeLoginFailure]) {
      expect(describe({ ...request, status: 0, error: bug })).toBe(bug);
      expect(describe({ ...request, error: "text" })).toBe("text");
    }
  });

  it("of SOAP is told by its code, and by its code alone", () => {
    expect(soapFault({ errorCode: "sf:INVALID_SESSION_ID" })).toBe("INVALID_SESSION_ID");
    for (const errorCode of ["INVALID_SESSION_ID", ":X", "sf:no", "a sf:X", "sf:X y", 7, undefined])
      expect(soapFault({ errorCode })).toBeNull();
    const fault = { ...named("x", "no"), errorCode: "sf:INVALID_SESSION_ID" };
    expect(describeFailure({ ...request, error: Object.assign(new Error("no"), fault) })).toMatchObject({
      code: "access-token-not-valid",
    });
  });
});

describe("a fault of the network", () => {
  it.each([
    ["its own code", coded("ECONNRESET"), "ECONNRESET"],
    ["undici's", coded("UND_ERR_HEADERS_TIMEOUT"), "UND_ERR_HEADERS_TIMEOUT"],
    ["a parser's", coded("HPE_INVALID_CONSTANT"), "HPE_INVALID_CONSTANT"],
    ["a certificate's", coded("CERT_HAS_EXPIRED"), "CERT_HAS_EXPIRED"],
    ["a chain's", coded("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ["that of its cause", new Error("x", { cause: new Error("y", { cause: coded("EPIPE") }) }), "EPIPE"],
    ["that of the first of several", new AggregateError([coded("ETIMEDOUT"), coded("EPIPE")]), "ETIMEDOUT"],
    ["that of a time limit", named("TimeoutError", "x"), "TIMEOUT"],
    ["fetch's own words", new TypeError("fetch failed"), "fetch failed"],
    ["a connection that broke", new TypeError("terminated"), "terminated"],
    ["none for another TypeError", new TypeError("x is undefined"), null],
    ["none for the same words of another error", new Error("fetch failed"), null],
    ["none for a code of another kind", coded("invalid"), null],
    ["none for words around a code", coded("an ECONNRESET"), null],
    ["none for a number", Object.assign(new Error("x"), { code: 7 }), null],
    ["none for several that say nothing", new AggregateError([]), null],
    ["none for no error", "ECONNRESET", null],
  ])("has %s", (_case, error, code) => {
    expect(networkCode(error)).toBe(code);
  });

  it("is looked for five causes deep", () => {
    const deep = (depth: number): Error =>
      depth === 0 ? coded("EPIPE") : new Error("x", { cause: deep(depth - 1) });
    expect(networkCode(deep(4))).toBe("EPIPE");
    expect(networkCode(deep(5))).toBeNull();
  });

  it.each([
    "CERT_HAS_EXPIRED",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_GET_ISSUER_CERT",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ERR_SSL_WRONG_VERSION_NUMBER",
  ])("%s is a certificate's: trying again does not help", (code) => {
    expect(isPassing(code)).toBe(false);
    for (const describe of [describeFailure, describeLoginFailure]) {
      const said = describe({ ...request, status: 0, error: coded(code) });
      expect(said).toBeInstanceOf(RemoteError);
      expect(said).toMatchObject({ code: "certificate-not-trusted" });
    }
  });

  it.each([
    ["ENOTFOUND", false],
    ["EPROTO", false],
    ["ECONNRESET", true],
    ["ETIMEDOUT", true],
  ])("%s may pass by itself: %s", (code, passes) => {
    expect(isPassing(code)).toBe(passes);
    expect(describeFailure({ ...request, status: 0, error: coded(code) })).toMatchObject({
      code: "host-not-reachable",
    });
  });
});
