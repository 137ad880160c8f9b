import jsforce from "jsforce";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { ANN, DIALER, PAYROLL, PORTAL, smallOrg } from "../src/orgs/smallOrg.ts";
import type { LocalOrgOptions } from "../src/server/options.ts";
import { ask } from "./ask.ts";

const PATH = "/services/Soap/m/67.0";

let org: LocalOrg;
beforeEach(() => restart({}));
afterEach(() => org.close());

async function restart(options: Partial<LocalOrgOptions>): Promise<void> {
  await org?.close();
  org = await startLocalOrg({ org: smallOrg(), consumerSecretsInMetadata: "allowed", ...options });
}
function metadata(accessToken = org.accessToken, version = "67.0") {
  return new jsforce.Connection({ instanceUrl: org.url, accessToken, version }).metadata;
}
/** Reads as jsforce does, of any type; it knows those of external client apps by no name. */
const read = (type: string, names: string[]) =>
  metadata().read(type as "ConnectedApp", names) as Promise<unknown[]>;
function envelope(body: string, session = org.accessToken): RequestInit {
  return {
    method: "POST",
    headers: { "content-type": "text/xml" },
    body: `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><SessionHeader><sessionId>${session}</sessionId></SessionHeader></e:Header><e:Body>${body}</e:Body></e:Envelope>`,
  };
}

describe("jsforce's own client", () => {
  it("describes the types that tell about apps", async () => {
    const { metadataObjects } = await metadata().describe();
    expect(
      metadataObjects.map(({ xmlName, directoryName, suffix }) => [xmlName, directoryName, suffix]),
    ).toEqual([
      ["ConnectedApp", "connectedApps", "connectedApp"],
      ["OauthCustomScope", "oauthcustomscopes", "oauthcustomscope"],
      ["BlacklistedConsumer", "blacklistedConsumers", "blacklistedConsumer"],
      ["Settings", "settings", "settings"],
      ["ExternalClientApplication", "externalClientApps", "eca"],
      ["ExtlClntAppOauthSettings", "extlClntAppOauthSettings", "ecaOauth"],
      ["ExtlClntAppOauthConfigurablePolicies", "extlClntAppOauthPolicies", "ecaOauthPlcy"],
      ["ExtlClntAppConfigurablePolicies", "extlClntAppPolicies", "ecaPlcy"],
    ]);
  });

  it("lists the connected apps that the org made, and the external client apps", async () => {
    const types = ["ConnectedApp", "ExternalClientApplication", "ExtlClntAppOauthConfigurablePolicies"];
    const found = await metadata().list(types.map((type) => ({ type })));
    expect(found.map(({ type, fullName, id }) => [type, fullName, id])).toEqual([
      ["ConnectedApp", "Payroll", PAYROLL.id],
      ["ExternalClientApplication", "Partner_Portal", PORTAL.id],
      ["ExtlClntAppOauthConfigurablePolicies", "Partner_Portal_oauthPlcy", ""],
    ]);
    expect(found[0]).toMatchObject({ fileName: "connectedApps/Payroll.connectedApp" });
  });

  it("reads a connected app of the org's own; one that it installed is nil", async () => {
    const [own, installed] = await read("ConnectedApp", ["Payroll", DIALER.name]);
    expect(own).toMatchObject({
      fullName: "Payroll",
      label: PAYROLL.name,
      contactEmail: expect.stringContaining("@"),
      oauthConfig: {
        callbackUrl: expect.any(String),
        isAdminApproved: true,
        scopes: ["Api", "RefreshToken"],
      },
      oauthPolicy: { ipRelaxation: "BYPASS_2FACTOR", refreshTokenPolicy: "specific_inactivity:30:DAYS" },
      sessionPolicy: { policyAction: "Block" },
      permissionSetName: ["Reader"],
      profileName: ["Bot"],
    });
    expect(installed).not.toHaveProperty("fullName");
  });

  it("gets an answer for every name, in their order", async () => {
    const names = "<fullNames>Nope</fullNames><fullNames>Payroll</fullNames>";
    const call = envelope(`<readMetadata><type>ConnectedApp</type>${names}</readMetadata>`);
    const { body } = await ask(org, PATH, call);
    expect(body).toContain(
      '<result><records xsi:nil="true"/><records xsi:type="ConnectedApp"><fullName>Payroll',
    );
    expect(body).toContain("<label>Payroll &amp; &lt;Co&gt;</label>");
  });

  it("reads an app without settings with Salesforce's own", async () => {
    const { apps, ...rest } = smallOrg();
    const plain = { ...DIALER, inAppMenu: true, settings: { createdInOrg: true } };
    await restart({ org: { ...rest, apps: [plain, ...apps.slice(2)] } });
    const [app] = await read("ConnectedApp", ["Dialer"]);
    expect(app).toMatchObject({
      oauthConfig: { isAdminApproved: false },
      oauthPolicy: { ipRelaxation: "ENFORCE", refreshTokenPolicy: "infinite" },
    });
    expect(app).not.toHaveProperty("sessionPolicy");
  });

  it.each([
    ["ExternalClientApplication", "", { label: PORTAL.name, distributionState: "Local" }],
    ["ExtlClntAppOauthSettings", "_oauth", { commaSeparatedOauthScopes: "Api, Web" }],
    [
      "ExtlClntAppOauthConfigurablePolicies",
      "_oauthPlcy",
      {
        commaSeparatedPermissionSet: "Runner",
        ipRelaxationPolicyType: "Enforce_RelaxRefresh",
        permittedUsersPolicyType: "AdminApprovedPreAuthorized",
        refreshTokenPolicyType: "SpecificLifetime",
        refreshTokenValidityPeriod: "12",
        refreshTokenValidityUnit: "Hours",
      },
    ],
    ["ExtlClntAppConfigurablePolicies", "_plcy", { isEnabled: "true" }],
  ])("reads an external client app's %s", async (type, ending, fields) => {
    const fullName = `Partner_Portal${ending}`;
    const [found, missing] = await read(type, [fullName, "Nope"]);
    expect(found).toMatchObject({
      fullName,
      ...(ending === "" ? {} : { externalClientApplication: "Partner_Portal" }),
      ...fields,
    });
    expect(missing).toEqual({});
  });

  it("reads that a blocked external client app is not enabled", async () => {
    const { apps, ...rest } = smallOrg();
    await restart({
      org: {
        ...rest,
        apps: [...apps, { ...PORTAL, name: "Shut", inAppMenu: false, settings: { blocked: true } }],
      },
    });
    expect(await read("ExtlClntAppConfigurablePolicies", ["Shut_plcy"])).toMatchObject([
      { isEnabled: "false" },
    ]);
  });
});

describe("a call is refused with a fault", () => {
  it.each<[rule: string, call: () => Promise<unknown>, code: string, message: string]>([
    ["a session that is none", () => metadata("x").describe(), "INVALID_SESSION_ID", "Invalid Session ID"],
    [
      "a user who may not",
      () => metadata(org.sessionFor(ANN)).describe(),
      "INSUFFICIENT_ACCESS",
      "requires a user with the ModifyAllData or ModifyMetadata permissions",
    ],
    ["an unknown type", () => metadata().list([{ type: "Nope" }]), "INVALID_TYPE", "Unknown type:Nope"],
    [
      "more than ten names",
      () => read("ConnectedApp", Array(11).fill("Payroll")),
      "EXCEEDED_ID_LIMIT",
      "cannot submit more than 10 records",
    ],
    [
      "more than three queries",
      () => metadata().list(Array(4).fill({ type: "ConnectedApp" })),
      "EXCEEDED_ID_LIMIT",
      "cannot submit more than 3",
    ],
    [
      "a version that there is not",
      () => metadata(org.accessToken, "12.0").describe(),
      "UNSUPPORTED_API_VERSION",
      "Invalid Api version",
    ],
  ])("%s", async (_rule, call, code, message) => {
    await expect(call()).rejects.toMatchObject({
      errorCode: `sf:${code}`,
      message: expect.stringContaining(`${code}: `),
    });
    await expect(call()).rejects.toThrow(message);
  });

  it.each([
    ["no XML", "hello", "no XML"],
    ["no envelope", "<a/>", "no operation"],
  ])("%s", async (_rule, body, message) => {
    const answer = await ask(org, PATH, { ...envelope(""), body });
    expect(answer.status).toBe(500);
    expect(answer.headers.get("content-type")).toContain("text/xml");
    expect(answer.body).toContain(`<faultcode>soapenv:Client</faultcode><faultstring>${message}`);
  });

  it.each<[rule: string, init: RequestInit, status: number]>([
    ["nothing", {}, 500],
    ["nothing that is said to be XML", { headers: { "content-type": "text/xml" } }, 500],
    ["JSON", { headers: { "content-type": "application/json" }, body: "null" }, 415],
  ])("%s in place of an envelope", async (_rule, init, status) => {
    const answer = await ask(org, PATH, { method: "POST", ...init });
    expect([answer.status, answer.body]).toEqual([
      status,
      expect.stringContaining("<faultcode>soapenv:Client</faultcode>"),
    ]);
  });

  it("an operation that the local org does not know", async () => {
    const { status, body } = await ask(org, PATH, envelope("<deleteMetadata/>"));
    expect([status, body]).toEqual([500, expect.stringContaining("knows no operation deleteMetadata")]);
  });

  it("an external client app's type, where the org has no such apps", async () => {
    await restart({ externalClientApps: false });
    await expect(read("ExternalClientApplication", ["Partner_Portal"])).rejects.toThrow("Unknown type");
    expect((await metadata().describe()).metadataObjects).toHaveLength(4);
  });

  it("calls beyond the limit, which they count towards", async () => {
    await restart({ apiLimit: 1 });
    await metadata().describe();
    await expect(metadata().describe()).rejects.toThrow("REQUEST_LIMIT_EXCEEDED");
  });
});

describe("scopes of the org's own", () => {
  it("name the connected apps that may ask for them (Metadata guide, OauthCustomScope), and policies those of external ones", async () => {
    const fixture = smallOrg();
    const customScopes = ["order_status", "stock"];
    const apps = fixture.apps.map((app) => ({ ...app, settings: { ...app.settings, customScopes } }));
    await restart({ org: { ...fixture, apps } });
    expect((await metadata().list({ type: "OauthCustomScope" })).map(({ fullName }) => fullName)).toEqual(
      customScopes,
    );
    expect(await read("OauthCustomScope", ["stock"])).toMatchObject([
      { developerName: "stock", assignedTo: [{ connectedApp: "Payroll" }, { connectedApp: "Dialer" }] },
    ]);
    expect(await read("ExtlClntAppOauthConfigurablePolicies", ["Partner_Portal_oauthPlcy"])).toMatchObject([
      { commaSeparatedCustomScopes: "order_status, stock" },
    ]);
  });
});

describe("faults, records and a read-only org", () => {
  it.each([
    [{ kind: "status" as const, status: 503 }, 503, "SERVER_UNAVAILABLE"],
    [{ kind: "status" as const, status: 500, errorCode: "UNKNOWN_EXCEPTION" }, 500, "UNKNOWN_EXCEPTION"],
    [{ kind: "expire" as const }, 500, "INVALID_SESSION_ID"],
  ])("%j is answered in SOAP", async (fault, status, code) => {
    org.setFaults([{ ...fault, match: "/services/Soap/" }]);
    const answer = await ask(org, PATH, envelope("<describeMetadata/>"));
    expect([answer.status, answer.body]).toEqual([
      status,
      expect.stringContaining(`<faultcode>sf:${code}</faultcode>`),
    ]);
  });

  it("reading writes nothing, and leaves no session in the record of requests", async () => {
    await restart({ readOnly: true });
    await metadata().list([{ type: "ConnectedApp" }]);
    expect(org.writes).toEqual([]);
    expect(org.requests.at(-1)).toEqual({
      method: "POST",
      path: PATH,
      soql: null,
      status: 200,
      form: [],
      grant: null,
      isPart: false,
    });
  });

  it("changing does, and is refused", async () => {
    await restart({ readOnly: true });
    await expect(metadata().delete("ConnectedApp", "Payroll")).rejects.toThrow("READ_ONLY");
    expect(org.writes).toEqual([`POST ${PATH}`]);
  });
});

describe("what the whole org is set up for", () => {
  const blocked = {
    developerName: "Bobs_Tool",
    consumerKey: "3MVG9.bob",
    consumerName: "Bob's Tool",
    blockedByApiWhitelisting: true,
  };

  it("which apps an admin has blocked is BlacklistedConsumer (infallibletechie: those of Setup come back)", async () => {
    await restart({ org: { ...smallOrg(), blockedConsumers: [blocked] } });
    expect(await metadata().list({ type: "BlacklistedConsumer" })).toMatchObject([
      { fullName: "Bobs_Tool", fileName: "blacklistedConsumers/Bobs_Tool.blacklistedConsumer" },
    ]);
    expect(await read("BlacklistedConsumer", ["Bobs_Tool"])).toMatchObject([
      {
        fullName: "Bobs_Tool",
        consumerKey: "3MVG9.bob",
        consumerName: "Bob's Tool",
        masterLabel: "Bob's Tool",
        blockedByApiWhitelisting: "true",
      },
    ]);
  });

  it("none are blocked where the fixture names none", async () => {
    expect(await metadata().list({ type: "BlacklistedConsumer" })).toEqual([]);
  });

  it.each([
    [undefined, []],
    [{ enableAdminApprovedAppsOnly: false }, ["enableAdminApprovedAppsOnly"]],
    [
      { enableAdminApprovedAppsOnly: true, enableAdminApprovedAppsOnlyForExternalUser: true },
      ["enableAdminApprovedAppsOnly", "enableAdminApprovedAppsOnlyForExternalUser"],
    ],
  ])(
    "API Access Control is in ConnectedAppSettings, and not there where Support has not switched it on (j-schreiber): %j",
    async (settings, fields) => {
      await restart({
        org: { ...smallOrg(), ...(settings === undefined ? {} : { connectedAppSettings: settings }) },
      });
      const [found] = (await read("ConnectedAppSettings", ["ConnectedApp"])) as [Record<string, string>];
      expect(found).toMatchObject({ fullName: "ConnectedApp" });
      expect(Object.keys(found).filter((name) => name.startsWith("enable"))).toEqual(fields);
      expect(await metadata().list({ type: "Settings" })).toMatchObject([
        { fullName: "ConnectedApp", fileName: "settings/ConnectedApp.settings" },
      ]);
    },
  );

  it("the OAuth settings of external client apps are refused, or none, where the org does not let consumer secrets be read (help shr_external_client_apps)", async () => {
    const type = "ExtlClntAppOauthSettings";
    await restart({ consumerSecretsInMetadata: "refused" });
    await expect(metadata().list({ type })).rejects.toThrow("INSUFFICIENT_ACCESS");
    await expect(read(type, ["Partner_Portal_oauth"])).rejects.toThrow("INSUFFICIENT_ACCESS");
    expect(await metadata().list({ type: "ExtlClntAppOauthConfigurablePolicies" })).toHaveLength(1);
    await restart({ consumerSecretsInMetadata: "empty" });
    expect(await metadata().list({ type })).toEqual([]);
    expect(await read(type, ["Partner_Portal_oauth"])).toMatchObject([{}]);
  });
});
