import { createRequire } from "node:module";
import { quietly } from "../quietly.ts";

const require = createRequire(import.meta.url);

/**
 * What is used of jsforce, part by part, since its entry point loads every API that there is. Its own HTTP client comes along, and is never
 * called (transport.ts): it is node-fetch 2, of which Node says that it uses `punycode` (nodejs.org/api/deprecations.html, DEP0040).
 */
export const { Connection, HttpApi, OAuth2, SOAP, StreamPromise, Transport, isJWTToken } = quietly(() => ({
  ...(require("jsforce/lib/connection.js") as typeof import("jsforce/lib/connection.js")),
  ...(require("jsforce/lib/http-api.js") as typeof import("jsforce/lib/http-api.js")),
  ...(require("jsforce/lib/oauth2.js") as typeof import("jsforce/lib/oauth2.js")),
  ...(require("jsforce/lib/soap.js") as typeof import("jsforce/lib/soap.js")),
  ...(require("jsforce/lib/transport.js") as typeof import("jsforce/lib/transport.js")),
  ...(require("jsforce/lib/util/jwt.js") as typeof import("jsforce/lib/util/jwt.js")),
  ...(require("jsforce/lib/util/promise.js") as typeof import("jsforce/lib/util/promise.js")),
}));
