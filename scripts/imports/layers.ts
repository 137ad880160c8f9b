/**
 * The direction of imports, as an allow list: what is not listed here is refused by `npm run lint`.
 * docs/HANDBOOK.md draws it; `npm run picture` draws it anew.
 */

export interface Room {
  /** The rooms that it may import from. */
  readonly imports: readonly string[];
  /** The rooms of which it may import types, and nothing that runs. */
  readonly types?: readonly string[];
  /** The npm packages that it may import. */
  readonly packages?: readonly string[];
}

const ground = ["ground"];
const org = [...ground, "http", "salesforce", "inventory"];
const acting = [...org, "policy", "resolve", "decide", "plan", "audit", "apply"];

/** From the ground up: a room is a folder of src/, but for those that `places` names. */
export const rooms: Readonly<Record<string, Room>> = {
  ground: { imports: [], packages: ["ajv"] },
  http: { imports: ground, packages: ["p-retry", "undici"] },
  salesforce: { imports: [...ground, "http"], packages: ["jose", "jsforce", "p-limit"] },
  inventory: { imports: [...ground, "http", "salesforce"] },
  sign: { imports: ground },
  policy: {
    imports: [...ground, "salesforce", "sign"],
    types: ["inventory"],
    packages: ["ajv", "typebox", "yaml"],
  },
  resolve: { imports: [...ground, "salesforce", "inventory", "policy"] },
  decide: { imports: [...ground, "salesforce", "policy", "resolve"], types: ["inventory"] },
  plan: {
    imports: [...ground, "salesforce", "policy", "resolve", "decide"],
    types: ["inventory"],
    packages: ["typebox"],
  },
  sqlite: { imports: ground },
  audit: { imports: [...ground, "sqlite"], types: ["decide", "sign"] },
  apply: {
    imports: [...ground, "http", "salesforce", "inventory"],
    types: ["plan", "audit"],
    packages: ["limiter", "p-limit"],
  },
  probe: {
    imports: [...org],
    types: ["plan"],
    packages: ["typebox"],
  },
  run: { imports: [...acting, "sign"] },
  watch: {
    imports: [...ground, "http", "inventory", "policy", "resolve", "decide", "plan", "run", "sqlite"],
    packages: ["nodemailer", "typebox"],
  },
  state: { imports: ground },
  fleet: {
    imports: [
      ...ground,
      "salesforce",
      "inventory",
      "policy",
      "resolve",
      "plan",
      "audit",
      "run",
      "sqlite",
      "state",
      "watch",
    ],
    packages: ["@pulumi/pulumi", "p-limit", "typebox", "yaml"],
  },
  report: {
    imports: [...ground, "policy", "decide", "plan", "audit"],
    types: ["fleet", "inventory", "probe", "sign"],
    packages: ["csv-stringify", "node-sarif-builder", "picocolors", "string-width", "xml2js"],
  },
  pullRequest: { imports: [...ground, "policy", "plan", "report"], types: ["fleet"] },
  forge: { imports: [...ground, "http"] },
  scaffold: {
    imports: [...ground, "policy", "report"],
    packages: ["diff", "yaml"],
  },
  ci: { imports: [...ground, "salesforce", "policy", "run", "fleet", "forge"] },
  pulumi: {
    imports: [...ground, "policy", "plan", "run", "report", "state"],
    types: ["inventory"],
    packages: ["@grpc/grpc-js", "@pulumi/pulumi"],
  },
  plugin: {
    imports: [...ground, "policy", "plan", "pulumi", "run"],
    types: ["salesforce"],
    packages: ["@grpc/grpc-js", "@pulumi/pulumi", "google-protobuf"],
  },
  "local-org": {
    imports: [],
    packages: [
      "@fastify/formbody",
      "@jetstreamapp/soql-parser-js",
      "ajv",
      "fastify",
      "fflate",
      "jose",
      "typebox",
      "xml2js",
    ],
  },
  cli: {
    imports: [
      ...org,
      "policy",
      "resolve",
      "decide",
      "plan",
      "audit",
      "probe",
      "run",
      "sign",
      "report",
      "pullRequest",
      "forge",
      "scaffold",
      "watch",
      "fleet",
      "state",
      "ci",
      "local-org",
    ],
    packages: ["cli-progress", "commander", "p-limit"],
  },
};

/** Regular expressions of the rooms that are no folder of src/. */
export const places: Readonly<Record<string, string>> = {
  ground: "src/(?!index[.])[^/]+[.]ts$",
  pulumi: "src/(pulumi/|index[.]ts$)",
  "local-org": "packages/local-org/",
};

/** What does no I/O: rooms, and single files of rooms that do. It imports nothing else, but for types. */
export const pure: readonly string[] = [
  "ground",
  "*/errors.ts",
  "salesforce/id.ts",
  "salesforce/instant.ts",
  "salesforce/settingKeys.ts",
  "inventory/subordinates.ts",
  "sign",
  "policy",
  "resolve",
  "decide",
  "plan",
  "audit/anchor.ts",
  "audit/line.ts",
  "audit/recordedRuns.ts",
  "audit/signedHeads.ts",
  "audit/verifyRecord.ts",
  "report",
  "pullRequest",
  "scaffold",
  "state",
  "fleet/exitCode.ts",
  "fleet/fleetLimits.ts",
  "fleet/history/historyRun.ts",
  "fleet/history/historySchema.ts",
  "fleet/history/trends.ts",
  "fleet/matrix.ts",
  "fleet/numbers.ts",
  "fleet/orgs.ts",
  "fleet/orgsDefaults.ts",
  "fleet/orgsFile.ts",
  "fleet/orgsSchema.ts",
  "fleet/runSchema.ts",
  "fleet/selection.ts",
  "fleet/updateInWaves.ts",
  "fleet/waves.ts",
];

/** The files of pure rooms that do I/O for them; nothing pure imports them. */
export const doors: readonly string[] = [
  "regularFile.ts",
  "policy/read.ts",
  "scaffold/folder.ts",
  "sign/sshKeygen.ts",
];

/** The parts of Node that do no I/O. */
export const pureBuiltins: readonly string[] = ["buffer", "crypto", "path", "zlib"];
