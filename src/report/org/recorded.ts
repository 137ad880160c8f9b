import { type AuditLine, parseLine } from "../../audit/line.ts";
import { verifyRecord } from "../../audit/verifyRecord.ts";
import { meaningOf } from "../../decide/codes.ts";
import { placeText } from "../../policy/policy.ts";
import type { RecordedPeriod, RecordedRevocation } from "./orgReport.ts";

/** The period and the org that a report is about. Times in milliseconds since the epoch; `from` is part of it. */
export interface Period {
  readonly orgId: string;
  readonly instanceUrl: string;
  readonly from: number;
  readonly to: number;
}

/**
 * What an audit record tells of a period. Pure.
 * @param heads hashes that the record once ended with
 */
export function recordedPeriod(
  record: string | Buffer,
  heads: readonly string[],
  { orgId, instanceUrl, from, to }: Period,
): RecordedPeriod {
  const { problems, head } = verifyRecord(record, heads);
  const starts = new Map<string, Extract<AuditLine, { event: "run-start" }>>();
  const why = new Map<string, string>();
  const revocations: RecordedRevocation[] = [];
  for (const line of lines(record)) {
    if (line.event === "run-start") starts.set(line.run, line);
    if (line.event === "revoking")
      why.set(pairOf(line), `${meaningOf(line.code)} (${placeText(line.policy)})`);
    if (line.event !== "outcome") continue;
    const start = starts.get(line.run);
    const at = Date.parse(line.at);
    if (start?.org.id !== orgId || at < from || at > to) continue;
    if (isOtherLocalOrg(start.org.instanceUrl, instanceUrl)) continue;
    const reason = start.reason === null ? "" : `: ${start.reason}`;
    revocations.push({
      at: line.at,
      user: line.user,
      app: line.app,
      status: line.status,
      actor: start.actor.username,
      why: `${why.get(pairOf(line)) ?? line.reason}${reason}`,
    });
  }
  return { revocations, whole: problems.length === 0, head };
}

/**
 * Whether two addresses are of different orgs of one id: a local org has the id of its fixture, at a port of its own each time it is started,
 * so that what was tried on one is nothing of the next. Plain http is for this machine alone.
 */
function isOtherLocalOrg(one: string | undefined, other: string): boolean {
  return one !== undefined && one !== other && [one, other].some((url) => url.startsWith("http:"));
}

function pairOf({
  run,
  user,
  app,
}: Pick<AuditLine, "run"> & Pick<RecordedRevocation, "user" | "app">): string {
  return JSON.stringify([run, user.id, app.id, app.name]);
}

/** The lines that can be read; what cannot is for the verification to say. */
function lines(record: string | Buffer): AuditLine[] {
  return String(record)
    .split("\n")
    .flatMap((line) => parseLine(Buffer.from(line)) ?? []);
}
