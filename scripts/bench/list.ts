import type { RecordedRequest } from "salesforce-local-org";
import { ScriptError } from "../scriptError.ts";
import { type Benchmark, rounded } from "./benchmark.ts";
import { startChild } from "./child.ts";
import type { Listing, ListTask } from "./listProcess.ts";
import type { OrgTask, RunningOrg } from "./orgProcess.ts";

const APPS = 60;
const LATENCY_MS = 20;
/** Rows that one call brings: of OauthToken, and of any other object (docs/salesforce.md#pages-and-the-ceiling). */
const GRANTS_A_CALL = 500;
const ROWS_A_CALL = 2_000;

interface Size {
  readonly users: number;
  readonly grants: number;
}

/** Listings of generated orgs: calls, time and memory, and whether the list is what the org holds. */
export const LIST_BENCHMARKS: readonly Benchmark[] = [
  listing("list-10k", { users: 2_000, grants: 10_000 }),
  listing("list-100k", { users: 20_000, grants: 100_000 }),
  listing("list-1m", { users: 200_000, grants: 1_000_000 }),
];

function listing(name: string, size: Size): Benchmark {
  const grants = size.grants.toLocaleString("en");
  const about = `list ${grants} grants, in parallel and one page after another, with ${LATENCY_MS} ms a request`;
  return { name, about, run: () => measure(size) };
}

async function measure(size: Size) {
  const task: OrgTask = { size: { ...size, seed: 1, apps: APPS }, latencyMs: LATENCY_MS };
  const org = await startChild<OrgTask, RunningOrg>("./orgProcess.ts", task);
  try {
    const { url, accessToken } = org.answer;
    const parallel = await list({ url, accessToken });
    const counted = await callsOnGrants(url, size.users);
    if (counted !== parallel.calls)
      throw new ScriptError(
        `The list counts ${parallel.calls} calls for the grants, and the org ${counted}.`,
      );
    const sequential = await list({ url, accessToken, concurrency: 1 });
    const idealCalls = Math.ceil(size.grants / GRANTS_A_CALL);
    return {
      grants: parallel.grants,
      calls: counted,
      idealCalls,
      callsRatio: rounded(counted / idealCalls, 4),
      seconds: rounded(parallel.seconds, 2),
      sequentialSeconds: rounded(sequential.seconds, 2),
      peakRssMb: rounded(parallel.peakRssMb, 1),
      complete: [parallel, sequential].every((found) => isAllOf(org.answer, found)),
    };
  } finally {
    await org.stop();
  }
}

async function list(task: ListTask): Promise<Listing> {
  const lister = await startChild<ListTask, Listing>("./listProcess.ts", task);
  await lister.stop();
  return lister.answer;
}

function isAllOf(truth: RunningOrg, found: Listing): boolean {
  return found.grants === truth.grants && found.digest === truth.digest;
}

/** The requests that the org got for its grants: queries of OauthToken, and all further pages but those of the users. */
async function callsOnGrants(url: string, users: number): Promise<number> {
  const requests = (await (await fetch(`${url}/__local-org/requests`)).json()) as RecordedRequest[];
  const queries = requests.filter(({ soql }) => /\bFROM OauthToken\b/.test(soql ?? ""));
  const pages = requests.filter(({ path }) => /\/query\/0r8/.test(path));
  return queries.length + pages.length - (Math.ceil(users / ROWS_A_CALL) - 1);
}
