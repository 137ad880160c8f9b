import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addressLine } from "../../src/inventory/doctor/addressLine.ts";
import { formsLine } from "../../src/inventory/doctor/formsLine.ts";
import { sightLine } from "../../src/inventory/doctor/sightLine.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";
import { type AlteredOrg, type Answer, alterAnswers, json } from "../altered.ts";

let org: LocalOrg;
let between: AlteredOrg;
let reader: OrgReader;
let alter: (request: string, answer: Answer) => Partial<Answer> | null = () => null;
beforeAll(async () => {
  org = await startLocalOrg({ org: smallOrg() });
  between = await alterAnswers(org, (request, answer) => alter(request, answer));
  reader = await connect(readCredentials({ instanceUrl: between.url, accessToken: org.accessToken }, {}), {
    sleep: async () => undefined,
    random: () => 0,
  });
});
beforeEach(() => {
  alter = () => null;
});
afterAll(async () => {
  await between.close();
  await org.close();
});

const refusal = (status: number, errorCode: string): Partial<Answer> => ({
  status,
  body: JSON.stringify([{ errorCode, message: "no" }]),
});
const where = (match: string | RegExp, otherwise: Partial<Answer> | ((page: object) => object)) => {
  alter = (request, answer) => {
    if (!(typeof match === "string" ? request.includes(match) : match.test(request))) return null;
    return typeof otherwise === "function" ? json(answer, otherwise) : otherwise;
  };
};
const rows = (...records: object[]) => ({ totalSize: records.length, done: true, records });

describe("the address from which the org sees this machine", () => {
  it("is said, with what freezes a user of the API", async () => {
    const line = await addressLine(reader);
    expect(line).toMatchObject({ status: "ok", text: "The org sees this machine at 127.0.0.1." });
    expect(line.remedy).toMatch(/freezes a user .* VPN, a proxy .*005318944.*docs\/connecting.md/);
  });

  it("may be several", async () => {
    const addresses = ["203.0.113.9", "203.0.113.7", "203.0.113.9"];
    where("FROM AuthSession", () => rows(...addresses.map((SourceIp) => ({ SourceIp }))));
    expect((await addressLine(reader)).text).toBe(
      "The org sees this machine at 203.0.113.7 and 203.0.113.9.",
    );
  });

  it.each<[string, Partial<Answer> | ((page: object) => object)]>([
    ["has no session", () => rows()],
    ["has none in its session", () => rows({ SourceIp: null })],
    ["refuses", refusal(400, "INVALID_TYPE")],
  ])("is not known where the org %s, and the warning stands", async (_what, otherwise) => {
    where("FROM AuthSession", otherwise);
    const line = await addressLine(reader);
    expect(line.status).toBe("warning");
    expect(line.remedy).toContain("005318944");
  });
});

describe("the forms of query", () => {
  it("that the org takes are said, with the way in which a long list will be read", async () => {
    expect(await formsLine(reader)).toMatchObject({
      status: "ok",
      text: expect.stringMatching(
        /will be read by the dates of the grants \(CreatedDate\).*each of the \d+ forms/,
      ),
    });
  });

  it.each([
    [/CreatedDate >=/, refusal(400, "INVALID_FIELD"), "by ranges of user ids (UserId)", "CreatedDate >="],
    [
      /CreatedDate|UserId [<>]/,
      refusal(500, "UNKNOWN_EXCEPTION"),
      "by lists of user ids (UserId IN)",
      "refuses 10 of",
    ],
  ])(
    "that it refuses are a warning that names the first and the way that is left: %s",
    async (match, refused, way, words) => {
      where(match, refused);
      const line = await formsLine(reader);
      expect(line.status).toBe("warning");
      expect(line.text).toContain(way);
      expect(line.text).toContain(words);
      expect(line.text).toContain(JSON.parse(refused.body!)[0].errorCode);
    },
  );

  it("that it refuses all leave no way", async () => {
    where("FROM OauthToken", refusal(400, "MALFORMED_QUERY"));
    expect((await formsLine(reader)).status).toBe("failed");
  });

  it("that could not be tried say why", async () => {
    where("FROM OauthToken", refusal(403, "REQUEST_LIMIT_EXCEEDED"));
    expect(await formsLine(reader)).toMatchObject({
      status: "failed",
      text: expect.stringContaining("used up"),
    });
  });
});

describe("grants of others", () => {
  it("that are in sight are counted, and the cache of permissions is spoken of", async () => {
    expect(await sightLine(reader)).toMatchObject({
      status: "ok",
      text: expect.stringMatching(
        /^Grants of other users are in sight: \d+ of \d+\. .*comes from a cache, and may be old\.$/,
      ),
    });
  });

  it("are as of the time that the org says its permissions are of", async () => {
    alter = (request) =>
      request.includes("LastCacheUpdate")
        ? { status: 200, body: JSON.stringify(rows({ LastCacheUpdate: "2026-11-25T09:00:00.000+0000" })) }
        : null;
    expect((await sightLine(reader)).text).toContain("as of 2026-11-25T09:00:00.000+0000");
  });

  it.each([0, 3])("that are not in sight are a warning, with %i of one's own", async (own) => {
    where("SELECT COUNT() FROM OauthToken", () => ({ ...rows(), totalSize: own }));
    expect(await sightLine(reader)).toMatchObject({
      status: "warning",
      text: expect.stringContaining("No grant of another user is in sight."),
      remedy: expect.stringContaining("Connected Apps OAuth Usage"),
    });
  });

  it("that cannot be counted say why", async () => {
    where("FROM OauthToken", refusal(400, "INVALID_TYPE"));
    expect(await sightLine(reader)).toMatchObject({ status: "failed" });
  });
});
