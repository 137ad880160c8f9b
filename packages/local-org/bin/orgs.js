// Orgs to start with; test/package.test.ts holds the names to those of src/orgs/index.ts.
import { load } from "./entry.cjs";

export const {
  ANN,
  BEN,
  BOBS_TOOL,
  BOT,
  DIALER,
  DRIFT,
  DRIFT_EMAIL,
  dieppeTrading,
  generateOrg,
  OUTLOOK,
  PAYROLL,
  PORTAL,
  Random,
  rehearsal,
  SLACK,
  smallOrg,
} = load("orgs/index");
