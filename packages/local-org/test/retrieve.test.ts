import { strFromU8, unzipSync } from "fflate";
import jsforce from "jsforce";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { smallOrg } from "../src/orgs/smallOrg.ts";

let org: LocalOrg;
beforeEach(async () => {
  org = await startLocalOrg({ org: smallOrg(), readOnly: true });
});
afterEach(() => org.close());

/** What jsforce makes of a retrieval: the files of the zip, and what the org says of it. */
async function retrieve(types: Record<string, string[]>) {
  const { metadata } = new jsforce.Connection({
    instanceUrl: org.url,
    accessToken: org.accessToken,
    version: "67.0",
  });
  metadata.pollInterval = 1;
  const { zipFile, messages, fileProperties, ...rest } = await metadata
    .retrieve({
      apiVersion: "67.0",
      unpackaged: {
        types: Object.entries(types).map(([name, members]) => ({ name, members })),
        version: "67.0",
      },
    } as unknown as Parameters<typeof metadata.retrieve>[0])
    .complete();
  const files = unzipSync(Buffer.from(zipFile, "base64"));
  return {
    files: Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)])),
    problems: [messages ?? []].flat().map(({ problem }) => problem),
    listed: [fileProperties ?? []].flat().map(({ fileName }) => fileName),
    rest,
  };
}

describe("a retrieval of the Metadata API, as jsforce makes it", () => {
  it("brings the components that are named, or all of a type, as the files of a project", async () => {
    const { files, problems, listed, rest } = await retrieve({
      ExtlClntAppConfigurablePolicies: ["*"],
      Settings: ["ConnectedApp"],
    });
    expect([problems, rest]).toEqual([[], expect.objectContaining({ success: true, status: "Succeeded" })]);
    const policies = listed.filter((name) => name.endsWith(".ecaPlcy"));
    expect(policies.length).toBeGreaterThan(0);
    expect(Object.keys(files).sort()).toEqual(
      [...policies, "unpackaged/package.xml", "unpackaged/settings/ConnectedApp.settings"].sort(),
    );
    expect(files[policies[0]!]).toContain(
      '<ExtlClntAppConfigurablePolicies xmlns="http://soap.sforce.com/2006/04/metadata">',
    );
    expect(files["unpackaged/package.xml"]).toContain("<name>Settings</name>");
  });

  it("says what it could not find, and brings the rest", async () => {
    const { files, problems } = await retrieve({
      Settings: ["ConnectedApp"],
      ConnectedApp: ["Nobody"],
      Nope: ["*"],
    });
    expect(problems).toEqual([
      "Entity of type 'ConnectedApp' named 'Nobody' cannot be found",
      "Entity type: 'Nope' is unknown",
    ]);
    expect(Object.keys(files)).toContain("unpackaged/settings/ConnectedApp.settings");
  });

  it("makes the same bytes of the same org, and refuses who may not read metadata", async () => {
    const [one, other] = [
      await retrieve({ Settings: ["ConnectedApp"] }),
      await retrieve({ Settings: ["ConnectedApp"] }),
    ];
    expect(one.files).toEqual(other.files);
    const ann = new jsforce.Connection({
      instanceUrl: org.url,
      accessToken: org.sessionFor("ann@small.example"),
      version: "67.0",
    });
    await expect(
      ann.metadata.retrieve({ unpackaged: { types: [], version: "67.0" } } as never).complete(),
    ).rejects.toThrow("ModifyMetadata");
  });

  it.each([
    ["<retrieve/>", "INVALID_OPERATION"],
    [
      "<retrieve><retrieveRequest><packageNames>p</packageNames></retrieveRequest></retrieve>",
      "INVALID_CROSS",
    ],
    ["<checkRetrieveStatus><asyncProcessId>09S1</asyncProcessId></checkRetrieveStatus>", "INVALID_ID_FIELD"],
  ])("%s is refused", async (body, code) => {
    const response = await fetch(`${org.url}/services/Soap/m/67.0`, {
      method: "POST",
      headers: { "content-type": "text/xml" },
      body: `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><SessionHeader><sessionId>${org.accessToken}</sessionId></SessionHeader></e:Header><e:Body>${body}</e:Body></e:Envelope>`,
    });
    expect([response.status, await response.text()]).toEqual([500, expect.stringContaining(`sf:${code}`)]);
  });
});
