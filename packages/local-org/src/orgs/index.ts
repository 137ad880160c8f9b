export { BOBS_TOOL, dieppeTrading, OUTLOOK, SLACK } from "./dieppeTrading.ts";
export { generateOrg, type OrgSize } from "./generateOrg.ts";
export { Random } from "./random.ts";
export { DRIFT, DRIFT_EMAIL, rehearsal } from "./rehearsal.ts";
export { ANN, BEN, BOT, DIALER, PAYROLL, PORTAL, smallOrg } from "./smallOrg.ts";
