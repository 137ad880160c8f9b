import { generateKeyPairSync } from "node:crypto";
import type { LocalOrg, LocalOrgOptions } from "salesforce-local-org";
import { BOT } from "./org.ts";

/** How the tool gets into the org of a variant, as its environment says it. */
export type LogIn = (org: LocalOrg) => Readonly<Record<string, string>>;

const CLIENT = "variants";
const keys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

/** By a token that cannot be renewed. */
export const byToken: LogIn = ({ url, accessToken }) => ({
  SF_ORG_INSTANCE_URL: url,
  SF_ACCESS_TOKEN: accessToken,
});

/** The client that the org has for it. */
export const JWT_CLIENTS: LocalOrgOptions["clients"] = [{ clientId: CLIENT, certificate: keys.publicKey }];

/** By JWT bearer, as often as it takes. */
export const byJwt: LogIn = ({ url }) => ({
  SANCTIONED_LOGIN_URL: url,
  SANCTIONED_CLIENT_ID: CLIENT,
  SANCTIONED_USERNAME: BOT,
  SANCTIONED_PRIVATE_KEY: keys.privateKey,
});
