import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type http from "node:http";
import { createServer, request } from "node:http";
import https from "node:https";
import { type AddressInfo, connect as connectTcp, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { generate } from "selfsigned";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sanctioned } from "../cli/run.ts";

/** No name server knows it: only the proxy finds the way. */
const HOST = "dieppe.my.salesforce.example";
let org: LocalOrg;
let tls: https.Server;
let proxy: http.Server;
let folder: string;
const tunnelled: string[] = [];

/** The local org behind https with a certificate of a private authority, behind a proxy. */
beforeAll(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
  const certificate = await generate([{ name: "commonName", value: HOST }], {
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: HOST }] },
    ],
  });
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-ca-"));
  writeFileSync(path.join(folder, "ca.pem"), certificate.cert);
  tls = https.createServer({ key: certificate.private, cert: certificate.cert }, (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const onward = request({ host: "127.0.0.1", port: org.port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await listening(tls);
  proxy = createServer();
  proxy.on("connect", ({ url }, client, head) => {
    tunnelled.push(url!);
    const server = connectTcp(portOf(tls), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      server.write(head);
      server.pipe(client).pipe(server);
    });
    for (const socket of [server, client]) socket.on("error", () => socket.destroy());
  });
  await listening(proxy);
});
afterAll(async () => {
  tls.closeAllConnections();
  tls.close();
  proxy.closeAllConnections();
  proxy.close();
  await org.close();
  rmSync(folder, { recursive: true });
});

const listening = (server: Server) =>
  new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
const portOf = (server: Server) => (server.address() as AddressInfo).port;
const environment = () => ({
  SF_ORG_INSTANCE_URL: `https://${HOST}`,
  SF_ACCESS_TOKEN: org.accessToken,
  HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
  NODE_EXTRA_CA_CERTS: path.join(folder, "ca.pem"),
});

it("the list is read through HTTPS_PROXY, with a private certificate authority", async () => {
  const { code, stdout, stderr } = await sanctioned(["list"], environment());
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("Bob's Lead Scoring Tool");
  expect(new Set(tunnelled)).toEqual(new Set([`${HOST}:443`]));
});

it("without the authority's certificate nothing is sent, and the message says so", async () => {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = environment();
  const before = org.requests.length;
  const { code, stderr } = await sanctioned(["list"], env);
  expect(code).toBe(1);
  expect(stderr).toMatch(/certificate/i);
  expect(stderr).toContain("NODE_EXTRA_CA_CERTS");
  expect(org.requests.length).toBe(before);
});

it("the revoke call takes the same way", async () => {
  const [grant] = org.store.grants();
  const code = `
    import { revokeTarget } from "./src/apply/revokeCall.ts";
    import { REAL_CLOCK } from "./src/http/retry.ts";
    const target = { through: "delete-token", token: process.env.TOKEN, granted: [null] };
    const recorder = { before: async () => ({ after: () => {} }) };
    const connection = { org: { instanceUrl: "https://${HOST}" } };
    const turn = (call) => call();
    console.log((await revokeTarget(connection, target, { recorder, turn, clock: REAL_CLOCK })).kind);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    env: { ...environment(), TOKEN: String(grant!.DeleteToken) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  for await (const chunk of child.stdout) output += chunk;
  expect(output.trim()).toBe("accepted");
  expect(org.store.grants()).not.toContain(grant);
});
