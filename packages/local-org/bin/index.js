// The package's main entry; test/package.test.ts holds its names to those of src/index.ts.
import { load } from "./entry.cjs";

export const {
  checkFixture,
  LocalOrgError,
  PLATFORM_SETTINGS,
  readFixture,
  readPlatform,
  readProfileFile,
  startLocalOrg,
} = load("index");
