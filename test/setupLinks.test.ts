import { describe, expect, it } from "vitest";
import { setupLinks } from "../src/setupLinks.ts";

const HOST = "https://acme--uat.sandbox.my.salesforce.com";
const USER = "005000000000001AAA";

describe("links into Setup", () => {
  const links = setupLinks(HOST)!;

  it("lead to the user, the app by its kind, and the apps in use", () => {
    expect(links.user(USER)).toBe(
      `${HOST}/lightning/setup/ManageUsers/page?address=%2F${USER}%3Fnoredirect%3D1%26isUserEntityOverride%3D1`,
    );
    const id = "0H4000000000001CAA";
    expect(links.app({ id, kind: "connected-app" })).toBe(
      `${HOST}/lightning/setup/ConnectedApplication/page?address=%2Fapp%2Fmgmt%2Fforceconnectedapps%2FforceAppDetail.apexp%3FconnectedAppId%3D${id}`,
    );
    expect(links.app({ id: "0xI000000000001CAA", kind: "external-client-app" })).toBe(
      `${HOST}/lightning/setup/ManageExternalClientApplication/0xI000000000001/detail`,
    );
    expect(links.app({ id: null, kind: "unknown" })).toBe(links.usage);
    expect(links.app({ id: "0SO000000000001", kind: "identity-provider" })).toBe(
      `${HOST}/lightning/setup/AuthProviders/home`,
    );
  });

  it("put nothing into an address that is no id", () => {
    for (const text of ["", "user 1", "005", '"><script>', "005000000000001AAA&x=1", `${USER}A`])
      expect([links.user(text), links.app({ id: text, kind: "connected-app" })]).toEqual([null, links.usage]);
  });

  it.each([
    "https://acme.my.salesforce.com/",
    "https://acme.my.salesforce.mil",
    "https://ACME.my.salesforce.com",
    "https://acme.my.sfcrmproducts.cn",
  ])("are of %s", (url) => {
    expect(setupLinks(url)!.usage).toMatch(/^https:\/\/acme\.my\.[a-z.]+\/lightning\/setup\//);
  });

  it.each([
    "http://acme.my.salesforce.com",
    "https://acme.my.salesforce.com:8443",
    "https://someone@acme.my.salesforce.com",
    "https://acme.my.salesforce.com@evil.example",
    "https://acme.my.salesforce.com.evil.example",
    "https://evil-salesforce.com",
    "https://salesforce.com",
    "https://evil.example/acme.my.salesforce.com",
    "https://127.0.0.1",
    "javascript:alert('.salesforce.com')",
    "acme.my.salesforce.com",
    "",
  ])("are none of %s", (url) => {
    expect(setupLinks(url)).toBeNull();
  });
});
