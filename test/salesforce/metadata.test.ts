import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { ApiError } from "../../src/salesforce/failure.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";
import { OrgSession } from "../../src/salesforce/session.ts";
import { type AlteredOrg, alterAnswers } from "../altered.ts";

/** What the Metadata API answers: the content of its `result` elements. */
let results: string[];
let org: LocalOrg;
let between: AlteredOrg;
let reader: OrgReader;
const bodies: string[] = [];
beforeEach(async () => {
  results = [];
  bodies.length = 0;
  org = await startLocalOrg({ org: smallOrg() });
  between = await alterAnswers(
    org,
    () => null,
    (request, body) => {
      if (!request.includes("/services/Soap/m/")) return null;
      bodies.push(body);
      const method = /<(?:\w+:)?(listMetadata|readMetadata)\b/.exec(body)![1]!;
      const inner =
        method === "listMetadata"
          ? results.map((result) => `<result>${result}</result>`).join("")
          : `<result>${results.map((result) => `<records>${result}</records>`).join("")}</result>`;
      return {
        headers: { "content-type": "text/xml" },
        body: `<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><${method}Response>${inner}</${method}Response></soapenv:Body></soapenv:Envelope>`,
      };
    },
  );
  reader = await connect(readCredentials({ instanceUrl: between.url, accessToken: org.accessToken }, {}));
});
afterEach(async () => {
  await between.close();
  await org.close();
});

const named = (fullName: string) => `<fullName>${fullName}</fullName>`;

describe("components that are listed", () => {
  it("are asked for by type, in the version of the connection", async () => {
    await reader.listMetadata("ConnectedApp");
    expect(bodies[0]).toContain("<queries><type>ConnectedApp</type></queries>");
    expect(bodies[0]).toContain("<asOfVersion>67.0</asOfVersion>");
  });

  it("have their name, and their id where the org says one", async () => {
    results = [`${named("Slack")}<id>0H4000000000001CAA</id>`, named("Zoom")];
    expect(await reader.listMetadata("ConnectedApp")).toEqual([
      { fullName: "Slack", id: "0H4000000000001CAA" },
      { fullName: "Zoom", id: null },
    ]);
  });

  it("may be one, or none: SOAP has no empty list", async () => {
    expect(await reader.listMetadata("ConnectedApp")).toEqual([]);
    results = [named("Slack")];
    expect(await reader.listMetadata("ConnectedApp")).toEqual([{ fullName: "Slack", id: null }]);
  });

  it("are none of ours where they have no name", async () => {
    results = ["<id>0H4000000000001CAA</id>", named("Slack")];
    expect(await reader.listMetadata("ConnectedApp")).toEqual([{ fullName: "Slack", id: null }]);
  });
});

describe("components that are read", () => {
  it("are asked for ten at a time, each once: the platform takes no more", async () => {
    const names = Array.from({ length: 21 }, (_, i) => `App${i}`);
    results = [named("App0")];
    const records = await reader.readMetadata("ConnectedApp", names);
    const asked = bodies.map((body) => [...body.matchAll(/<fullNames>(\w+)</g)].map(([, name]) => name));
    expect(asked.map(({ length }) => length)).toEqual([10, 10, 1]);
    expect(asked.flat()).toEqual(names);
    expect(records).toHaveLength(3);
    for (const body of bodies) expect(body).toContain("<type>ConnectedApp</type>");
  });

  it("are left out where the org hands them out without a name", async () => {
    results = ["<label>Slack</label>", named("Zoom")];
    expect(await reader.readMetadata("ConnectedApp", ["Slack", "Zoom"])).toMatchObject([
      { fullName: "Zoom" },
    ]);
  });

  it("are none where the org answers with none, and nothing is asked for none", async () => {
    expect(await reader.readMetadata("ConnectedApp", ["Slack"])).toEqual([]);
    expect(await reader.readMetadata("ConnectedApp", [])).toEqual([]);
    expect(bodies).toHaveLength(1);
  });
});

it("components are not asked for with a token that is a JWT, which the Metadata API does not take", async () => {
  const accessToken = `${Buffer.from('{"alg":"RS256"}').toString("base64url")}.eyJzdWIiOiJ4In0.c2ln`;
  const login = { kind: "access-token", instanceUrl: between.url, accessToken } as const;
  const session = new OrgSession(login, 1, { sleep: async () => undefined, random: () => 0 });
  await session.logIn();
  const error = await session.metadata("67.0", "listMetadata", {}).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ code: "metadata-needs-opaque-token" });
  expect(bodies).toEqual([]);
});
