import { STANDING_KINDS, STANDING_SOURCES } from "../standing.ts";

/**
 * What a saved inventory of this release looks like, as JSON Schema. It is closed, so that whatever a file says is
 * known to be of the kind that decisions take it for.
 */

const text = { type: "string" };
const flag = { type: "boolean" };
const count = { type: "integer", minimum: 0 };
/** Milliseconds of a time that a calendar has. */
const instant = { type: "integer", minimum: -62_135_596_800_000, maximum: 253_402_300_799_999 };
const texts = { type: "array", items: text };

function nullable(shape: object): object {
  return { anyOf: [shape, { type: "null" }] };
}

function record(items: object): object {
  return { type: "object", additionalProperties: items };
}

function list(items: object): object {
  return { type: "array", items };
}

function pair(first: object, second: object): object {
  return { type: "array", items: [first, second], minItems: 2, maxItems: 2 };
}

function map(
  needed: Readonly<Record<string, object>>,
  optional: Readonly<Record<string, object>> = {},
): object {
  return {
    type: "object",
    properties: { ...needed, ...optional },
    required: Object.keys(needed),
    additionalProperties: false,
  };
}

const memberSet = map({ id: text, name: text, label: text, userIds: nullable(texts) });
const settings = map(
  {
    scopes: nullable(texts),
    adminApprovedUsersOnly: nullable(flag),
    refreshTokenDays: nullable({ anyOf: [{ type: "number" }, { const: "never" }] }),
    ipRelaxation: nullable(text),
  },
  { customScopes: nullable(texts) },
);

const standingAccess = map({
  days: count,
  entries: list(
    map({
      kind: { enum: STANDING_KINDS },
      app: nullable(text),
      name: nullable(text),
      couldBe: texts,
      userId: nullable(text),
      through: texts,
      lastSeen: nullable(instant),
      knownBy: list({ enum: STANDING_SOURCES }),
    }),
  ),
  readings: list(
    map({
      source: { enum: STANDING_SOURCES },
      state: { enum: ["read", "part", "not-read"] },
      salesforceCode: nullable(text),
      since: nullable(instant),
    }),
  ),
});

const needed = {
  version: { type: "integer" },
  kind: text,
  digest: text,
  needs: map(
    {
      permissionSets: { anyOf: [texts, { const: "all" }] },
      permissionSetGroups: texts,
      publicGroups: texts,
      roles: flag,
      permissions: texts,
      appSettings: flag,
      identityProviders: flag,
    },
    { standingAccessDays: count },
  ),
  org: map({ id: text, name: text, isSandbox: flag, instanceUrl: text, apiVersion: text }),
  caller: map({
    userId: text,
    username: text,
    sessionApp: nullable(text),
    namedApp: nullable({ anyOf: [map({ id: text }), map({ name: text })] }),
  }),
  ownApps: texts,
  profiles: list(map({ id: text, name: text })),
  users: list(
    map({
      id: text,
      username: text,
      name: text,
      isActive: flag,
      isFrozen: flag,
      profileId: nullable(text),
      profileName: nullable(text),
      userType: nullable(text),
      roleId: nullable(text),
    }),
  ),
  apps: list(
    map(
      {
        key: text,
        id: nullable(text),
        name: text,
        kind: { enum: ["connected-app", "external-client-app", "identity-provider", "unknown"] },
        adminApprovedOnly: nullable(flag),
      },
      { namesWithoutId: texts, couldBe: texts, inAppMenu: { const: true }, namespace: text },
    ),
  ),
  grants: list(
    map(
      {
        app: text,
        userId: text,
        createdAt: nullable(instant),
        lastUsedAt: nullable(instant),
        useCount: nullable(count),
      },
      { source: { enum: ["usage", "account-link"] } },
    ),
  ),
  accountLinks: map({
    proof: nullable(map({ countBefore: count, countAfter: count, read: count, ranges: count, calls: count })),
    refusal: nullable(text),
    deletable: nullable(flag),
  }),
  directory: map({
    permissionSets: list(memberSet),
    permissionSetGroups: list(memberSet),
    publicGroups: list(memberSet),
    roles: list(map({ id: text, name: text, label: text, parentId: nullable(text) })),
    permissionHolders: list(pair(text, texts)),
    appSettings: list(pair(text, settings)),
  }),
  proof: map(
    {
      countBefore: count,
      countAfter: count,
      read: count,
      partition: text,
      ranges: count,
      calls: count,
      permissions: record(flag),
      apiVersion: text,
      at: text,
    },
    {
      rereads: count,
      rowIds: flag,
      changes: map({ came: count, gone: count, stillListed: count }),
      fromUsage: count,
      appsWithoutUsers: count,
      sight: { const: "assignments" },
    },
  ),
};

/** A file of a release that did not look for standing access has none. */
export const SAVED_SHAPE = map(needed, { standingAccess });
