import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { InconclusiveError, SettingsError } from "../../src/errors.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";

const { PATH } = process.env;
let folder: string;
let org: LocalOrg;
beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
  folder = mkdtempSync(path.join(tmpdir(), "sf-"));
  const result = { instanceUrl: org.url, accessToken: org.accessToken };
  const script = `#!${process.execPath}\nconsole.log(${JSON.stringify(JSON.stringify({ status: 0, result }))});\n`;
  writeFileSync(path.join(folder, "sf"), script);
  chmodSync(path.join(folder, "sf"), 0o755);
  process.env.PATH = folder;
});
afterEach(async () => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true, force: true });
  await org.close();
});

it("a session that cannot be renewed for want of a setting is that mistake, never an inconclusive list", async () => {
  const reader = await connect(readCredentials({}, {}));
  org.setFaults([{ kind: "expire", match: "FROM Profile", count: 2 }]); // as a part, then alone
  rmSync(path.join(folder, "sf"));
  const error: unknown = await listInventory(reader).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(SettingsError);
  expect(error).toMatchObject({ code: "credentials-missing" });
});

it("an org that does not say what its caller may do is inconclusive, and says whose permissions and why", async () => {
  const reader = await connect(readCredentials({}, {}));
  org.setFaults([{ kind: "status", match: "UserPermissionAccess", status: 400, errorCode: "INVALID_FIELD" }]);
  const error: unknown = await listInventory(reader).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: "permissions-not-readable" });
  expect(String(error)).toContain(reader.caller.username);
  expect(String(error)).toContain("INVALID_FIELD");
});

it("what the org refuses in mid-run leaves the list inconclusive, with both codes", async () => {
  const reader = await connect(readCredentials({}, {}));
  org.setFaults([{ kind: "status", match: "FROM Profile", status: 400 }]);
  const error: unknown = await listInventory(reader).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(InconclusiveError);
  expect(error).toMatchObject({ code: "list-not-completed", cause: { code: "request-refused" } });
  expect(String(error)).toContain("[request-refused]");
});
