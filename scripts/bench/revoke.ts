import type { RecordedRequest } from "salesforce-local-org";
import { ScriptError } from "../scriptError.ts";
import { type Benchmark, rounded } from "./benchmark.ts";
import { startChild } from "./child.ts";
import type { OrgTask, RunningOrg } from "./orgProcess.ts";
import type { RevokeTask, Revoking } from "./revokeProcess.ts";

const LATENCY_MS = 20;
const CONCURRENCY = 4;
const REVOCATIONS = 5_000;
/** The default is 10. */
const PER_SECOND = 1_000;

/** Revoking every grant of a generated org, on record and verified. */
export const REVOKE_BENCHMARKS: readonly Benchmark[] = [
  {
    name: "revoke-5k",
    about: `revoke ${REVOCATIONS.toLocaleString("en")} grants, ${CONCURRENCY} at once and up to ${PER_SECOND.toLocaleString("en")} a second, with ${LATENCY_MS} ms a request`,
    run: measure,
  },
];

async function measure() {
  const size = { seed: 1, users: 1_000, grants: REVOCATIONS, apps: 60 };
  const org = await startChild<OrgTask, RunningOrg>("./orgProcess.ts", { size, latencyMs: LATENCY_MS });
  try {
    const { url, accessToken } = org.answer;
    const child = await startChild<RevokeTask, Revoking>("./revokeProcess.ts", {
      url,
      accessToken,
      concurrency: CONCURRENCY,
      perSecond: PER_SECOND,
    });
    await child.stop();
    const { revocations, seconds, revoked } = child.answer;
    const requests = (await (await fetch(`${url}/__local-org/requests`)).json()) as RecordedRequest[];
    const calls = requests.filter(({ path }) => path === "/services/oauth2/revoke").length;
    const tokenReads = requests.filter(({ soql }) => soql?.includes("DeleteToken")).length;
    const left = (await (await fetch(`${url}/__local-org/grants`)).json()) as unknown[];
    if (left.length !== REVOCATIONS - revoked)
      throw new ScriptError(
        `${revoked} grants are said to be revoked, and the org holds ${left.length} still.`,
      );
    const idealSeconds = (revocations * LATENCY_MS) / 1000 / CONCURRENCY;
    return {
      revocations,
      seconds: rounded(seconds, 2),
      idealSeconds,
      ratio: rounded(seconds / idealSeconds, 3),
      requestsPerRevocation: rounded((calls + tokenReads) / revocations, 3),
      verified: revoked === revocations,
    };
  } finally {
    await org.stop();
  }
}
