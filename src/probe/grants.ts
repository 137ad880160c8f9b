import { countQuery } from "../inventory/partition.ts";
import { CEILING } from "../inventory/readRange.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { soqlString } from "../salesforce/soql.ts";
import { amountOf, ask } from "./answers.ts";
import type { OrgProfile } from "./profileSchema.ts";

/** How the rows of OauthToken come, and how long a page of them takes. */
export async function askGrants(reader: OrgReader): Promise<OrgProfile["grants"]> {
  const all = await ask(() => reader.count(countQuery()));
  const others = await ask(() => reader.count(countQuery([`UserId != ${soqlString(reader.caller.userId)}`])));
  const ids = await ask(() => reader.query<{ Id: unknown }>("SELECT Id FROM OauthToken LIMIT 200"));
  const started = performance.now();
  const page = await ask(() =>
    reader.query("SELECT UserId, AppName, CreatedDate, LastUsedDate FROM OauthToken", { enough: 1 }),
  );
  const took = performance.now() - started;
  const count = all.value ?? 0;
  return {
    amount: amountOf(count),
    ofOthers: others.value === null ? null : amountOf(others.value),
    rowIds: idsOf(ids.value?.rows ?? []),
    totalSizeAtCeiling:
      count <= CEILING || page.value === null
        ? "not-told"
        : page.value.totalSize > CEILING
          ? "all"
          : "capped",
    pageRows: amountOf(page.value?.rows.length ?? 0),
    pageMs: page.value === null ? null : Math.round(took / 10) * 10,
  };
}

function idsOf(rows: readonly { readonly Id: unknown }[]): OrgProfile["grants"]["rowIds"] {
  if (rows.length === 0) return "not-told";
  return rows.some(({ Id }) => typeof Id === "string") ? "filled" : "null";
}
