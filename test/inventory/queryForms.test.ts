import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { isRefusedForm, probeQueryForms } from "../../src/inventory/queryForms.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { salesforceErrors } from "../../src/salesforce/errors.ts";
import { ApiError } from "../../src/salesforce/failure.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";

let org: LocalOrg | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

async function open(): Promise<OrgReader> {
  org = await startLocalOrg({ org: smallOrg(), readOnly: true });
  return connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
}

function refusing(reader: OrgReader, form: RegExp, code: string, status: number): OrgReader {
  return {
    ...reader,
    query: async (soql, options) => {
      if (!form.test(soql)) return await reader.query(soql, options);
      const said = { host: "org", salesforceCode: code, status, message: "no" };
      throw new ApiError(salesforceErrors["request-refused"].says(said), code, status);
    },
  };
}

const BY_TIME = /CreatedDate (>=|<|=|!=) /;
const BY_RANGE_OF_USERS = /UserId (>=|<) /;

describe("the forms of query that listing has", () => {
  it("are each asked once, for one row at most, and say by what grants will be divided", async () => {
    const reader = await open();
    const { forms, partition } = await probeQueryForms(reader);
    expect(partition).toBe("CreatedDate");
    expect(forms.map(({ refusal }) => refusal)).toEqual(forms.map(() => null));
    const asked = org!.requests.flatMap(({ soql }) => (soql?.includes("OauthToken") ? [soql] : []));
    expect(asked.sort()).toEqual(forms.map(({ soql }) => soql).sort());
    for (const soql of asked) expect(soql).toMatch(/LIMIT 1$|^SELECT COUNT\(\)/);
  });

  it.each([
    [BY_TIME, "INVALID_FIELD", 400, "UserId"],
    [/NULLS FIRST/, "MALFORMED_QUERY", 400, "UserId"],
    [new RegExp(`${BY_TIME.source}|${BY_RANGE_OF_USERS.source}`), "UNKNOWN_EXCEPTION", 500, "UserId IN"],
    [/WHERE/, "SOME_CODE_OF_THE_FUTURE", 404, null],
  ])("%s refused with %s (%i): by %s", async (form, code, status, partition) => {
    const reader = await open();
    const probed = await probeQueryForms(refusing(reader, form, code, status));
    expect(probed.partition).toBe(partition);
    for (const { soql, refusal } of probed.forms) {
      expect(refusal === null).toBe(!form.test(soql));
      if (refusal !== null) expect(refusal).toContain(code);
    }
  });

  it.each([
    ["INVALID_SESSION_ID", 401],
    ["REQUEST_LIMIT_EXCEEDED", 403],
    ["SERVER_UNAVAILABLE", 503],
  ])("a refusal that is not of the form is none of them: %s (%i)", async (code, status) => {
    const reader = await open();
    await expect(probeQueryForms(refusing(reader, BY_TIME, code, status))).rejects.toMatchObject({
      salesforceCode: code,
    });
  });
});

describe("a refusal is of the form of a query", () => {
  const refused = (code: string, status: number) =>
    isRefusedForm(new ApiError({ code: "request-refused", text: "", remedy: "" }, code, status));

  it("with whatever code, and with an internal error that stays", () => {
    expect(refused("INVALID_FIELD", 400)).toBe(true);
    expect(refused("SOME_CODE_OF_THE_FUTURE", 404)).toBe(true);
    expect(refused("UNKNOWN_EXCEPTION", 500)).toBe(true);
    expect(refused("QUERY_TIMEOUT", 499)).toBe(true);
  });

  it("but for those of the session, of limits, of what the user may do at all, of pages, and of an org that is not there", () => {
    expect(refused("INVALID_SESSION_ID", 401)).toBe(false);
    expect(refused("REQUEST_LIMIT_EXCEEDED", 403)).toBe(false);
    expect(refused("API_DISABLED_FOR_ORG", 403)).toBe(false);
    expect(refused("API_CURRENTLY_DISABLED", 403)).toBe(false);
    expect(refused("INVALID_AUTH_HEADER", 401)).toBe(false);
    expect(refused("INVALID_QUERY_LOCATOR", 400)).toBe(false);
    expect(refused("TOO_MANY", 429)).toBe(false);
    expect(refused("SERVER_UNAVAILABLE", 503)).toBe(false);
    expect(refused("MOVED", 302)).toBe(false);
    expect(isRefusedForm(new Error("INVALID_FIELD"))).toBe(false);
  });
});
