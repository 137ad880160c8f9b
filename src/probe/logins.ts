import { STANDING_ACCESS_DAYS } from "../inventory/needs.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { soqlDateTime } from "../salesforce/soql.ts";
import { days } from "../time.ts";
import { amountOf, ask } from "./answers.ts";
import { LOGIN_SUBTYPES, LOGIN_TYPES, SESSION_TYPES } from "./known.ts";
import type { OrgProfile } from "./profileSchema.ts";

const MOST = 200;

/** How logins are shown: of which kinds the last ones were. */
export async function askLogins(reader: OrgReader, now: number): Promise<OrgProfile["logins"]> {
  const fields = "SELECT LoginType, LoginSubType FROM LoginHistory";
  const { answer, value } = await ask(() =>
    reader.query<Record<string, unknown>>(`${fields} ORDER BY LoginTime DESC LIMIT ${MOST}`),
  );
  const byTime = await ask(() =>
    reader.query(`${fields} WHERE LoginTime >= ${soqlDateTime(now - days(STANDING_ACCESS_DAYS))} LIMIT 1`),
  );
  const rows = value?.rows ?? [];
  return {
    answer,
    byTime: byTime.answer,
    types: amountsOf(rows, "LoginType", LOGIN_TYPES),
    subTypes: amountsOf(rows, "LoginSubType", LOGIN_SUBTYPES),
  };
}

/** How sessions are shown, and how many the caller's own are. */
export async function askSessions(reader: OrgReader): Promise<OrgProfile["sessions"]> {
  const { answer, value } = await ask(() =>
    reader.query<Record<string, unknown>>(`SELECT SessionType, IsCurrent FROM AuthSession LIMIT ${MOST}`),
  );
  const current = await ask(() => reader.count("SELECT COUNT() FROM AuthSession WHERE IsCurrent = true"));
  return {
    answer,
    current: current.value === null ? null : amountOf(current.value),
    types: amountsOf(value?.rows ?? [], "SessionType", SESSION_TYPES),
  };
}

/** How often each known value is there; any other is `other`. */
function amountsOf(rows: readonly Record<string, unknown>[], field: string, known: readonly string[]) {
  const counts = new Map<string, number>();
  for (const row of rows) {
    if (row[field] === null || row[field] === undefined) continue;
    const value = known.find((one) => one === row[field]) ?? "other";
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort().map(([value, count]) => [value, amountOf(count)]));
}
