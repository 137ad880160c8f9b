import schema from "../../schema/profile.schema.json" with { type: "json" };
import { validator } from "../validator.ts";
import type { OrgProfile } from "./profileSchema.ts";

const check = validator<OrgProfile>(schema);

/** A profile that holds nothing that the published schema has not. @throws Error for any other: it must not be written */
export function checkProfile(profile: OrgProfile): OrgProfile {
  const isProfile = check();
  if (isProfile(profile)) return profile;
  const places = (isProfile.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
  throw new Error(`an org profile is not of its schema: ${places.join(", ")}`);
}
