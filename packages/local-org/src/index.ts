export { LocalOrgError } from "./errors.ts";
export type { OrgFixture } from "./fixture/fixture.ts";
export {
  PLATFORM_SETTINGS,
  type Platform,
  type PlatformSetting,
  readPlatform,
} from "./fixture/platform.ts";
export { type Profiled, readProfileFile } from "./fixture/profile.ts";
export { checkFixture, readFixture } from "./fixture/readFixture.ts";
export { type LocalOrg, startLocalOrg } from "./localOrg.ts";
export type { RecordedRequest, RevokedGrant } from "./server/context.ts";
export type { Fault } from "./server/faults.ts";
export type { Client, LocalOrgOptions } from "./server/options.ts";
export type { Row } from "./store/rows.ts";
export type { Store } from "./store/store.ts";
