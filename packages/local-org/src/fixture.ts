import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import Type, { type Static } from "typebox";
import { UserError } from "../../../src/errors.ts";
import { contradictions } from "./contradictions.ts";
import {
  AppSettingsSchema,
  closed,
  Id,
  Instant,
  Nullable,
  PermissionSetGroupSchema,
  PermissionSetSchema,
  PreauthorizedSchema,
  PublicGroupSchema,
  RoleSchema,
  SessionSchema,
  Text,
} from "./fixtureParts.ts";

/** An org as a JSON file; README.md beside this file says what each part means. */
const OrgFixtureSchema = Type.Object(
  {
    organization: Type.Object({ id: Id("00D"), name: Text, isSandbox: Type.Boolean() }, closed),
    /** Username of the user whose access token the local org hands out. */
    caller: Text,
    profiles: Type.Array(Type.Object({ id: Id("00e"), name: Text, permissions: Type.Array(Text) }, closed), {
      minItems: 1,
    }),
    permissionSets: Type.Array(PermissionSetSchema),
    permissionSetGroups: Type.Optional(Type.Array(PermissionSetGroupSchema)),
    roles: Type.Optional(Type.Array(RoleSchema)),
    publicGroups: Type.Optional(Type.Array(PublicGroupSchema)),
    users: Type.Array(
      Type.Object(
        {
          id: Id("005"),
          username: Text,
          name: Text,
          profile: Text,
          isActive: Type.Boolean(),
          userType: Text,
          isFrozen: Type.Optional(Type.Boolean()),
          /** Developer name of a role. */
          role: Type.Optional(Text),
          lastLoginAt: Type.Optional(Instant),
        },
        closed,
      ),
      { minItems: 1 },
    ),
    apps: Type.Array(
      Type.Object(
        {
          /** Null for an app that is not installed: its grants carry a name alone. */
          id: Nullable(Type.String({ pattern: "^0(H4|xI)[A-Za-z0-9]{15}$" })),
          name: Text,
          /** Whether grants name the app's AppMenuItem; an external client app's may not. */
          inAppMenu: Type.Boolean(),
          /** The label on the app's grants, where it is not `name`. */
          grantLabel: Type.Optional(Text),
          settings: Type.Optional(AppSettingsSchema),
          preauthorized: Type.Optional(PreauthorizedSchema),
        },
        closed,
      ),
    ),
    grants: Type.Array(
      Type.Object(
        {
          username: Text,
          app: Text,
          createdAt: Nullable(Instant),
          lastUsedAt: Nullable(Instant),
          useCount: Nullable(Type.Integer({ minimum: 0 })),
        },
        closed,
      ),
    ),
    sessions: Type.Optional(Type.Array(SessionSchema)),
  },
  closed,
);

/** An org for the simulator: what it holds at the start. */
export type OrgFixture = Static<typeof OrgFixtureSchema>;

const matchesSchema = new Ajv({ allErrors: true }).compile<OrgFixture>(OrgFixtureSchema);

/** @throws UserError naming what is wrong with the fixture, by JSON path */
export function checkFixture(data: unknown, origin: string): OrgFixture {
  if (!matchesSchema(data)) {
    const errors = matchesSchema
      .errors!.slice(0, 10)
      .map(
        ({ instancePath, message, params }) => `${instancePath || "/"} ${message} ${JSON.stringify(params)}`,
      );
    throw new UserError(
      `${origin} is no org fixture (packages/local-org/README.md has the format):\n  ${errors.join("\n  ")}`,
    );
  }
  const problems = contradictions(data);
  if (problems.length > 0)
    throw new UserError(`${origin} contradicts itself:\n  ${problems.slice(0, 10).join("\n  ")}`);
  return data;
}

/** Reads an org from a JSON file. @throws UserError where it cannot be read or is not right */
export function readFixture(file: string): OrgFixture {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UserError(`The fixture ${file} cannot be read (${code}).`);
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UserError(`The fixture ${file} is no JSON: ${(error as Error).message}`);
  }
  return checkFixture(data, file);
}
