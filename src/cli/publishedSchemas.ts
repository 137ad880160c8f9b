import { HistorySchema } from "../fleet/history/historySchema.ts";
import { OrgsSchema } from "../fleet/orgsSchema.ts";
import { FleetRunSchema } from "../fleet/runSchema.ts";
import { PlanSchema } from "../plan/planSchema.ts";
import { BaselineSchema, PolicySchema } from "../policy/policySchema.ts";
import { ProfileSchema } from "../probe/profileSchema.ts";
import { EventSchema } from "../watch/event.ts";

/** The published schemas by name, as text. `npm run schema` writes them to `schema/`. */
export const PUBLISHED_SCHEMAS = {
  policy: `${JSON.stringify(PolicySchema, null, 2)}\n`,
  baseline: `${JSON.stringify(BaselineSchema, null, 2)}\n`,
  plan: `${JSON.stringify(PlanSchema, null, 2)}\n`,
  orgs: `${JSON.stringify(OrgsSchema, null, 2)}\n`,
  fleet: `${JSON.stringify(FleetRunSchema, null, 2)}\n`,
  history: `${JSON.stringify(HistorySchema, null, 2)}\n`,
  profile: `${JSON.stringify(ProfileSchema, null, 2)}\n`,
  event: `${JSON.stringify(EventSchema, null, 2)}\n`,
};
