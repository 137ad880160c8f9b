import v8 from "node:v8";
import vm from "node:vm";
import { generateOrg } from "salesforce-local-org/orgs";
import { expect, it, onTestFinished } from "vitest";
import { planFleet } from "../../src/fleet/planFleet.ts";
import { fleetFolder } from "./fleetFolder.ts";

const GRANTS = 1_000;
/** Of a listing of so many grants: 3 composites, 2 calls for the session, 2 that list metadata, the rest for the grants. */
const CALLS_AN_ORG = 15;

it("each org takes as many calls in a fleet as alone, and nothing is kept of those that are judged but their numbers", async () => {
  const org = generateOrg({ seed: 1, users: 250, grants: GRANTS, apps: 20 });
  const made = await fleetFolder([{ name: "large", options: { org } }]);
  onTestFinished(() => made.close());
  const { fleet, orgs, notSelected } = made.select();
  // The same org over and over: what is asked of it is told by its log, and what is kept by the heap.
  const many = Array.from({ length: 8 }, () => orgs[0]!);
  const heap: number[] = [];
  let judged = 0;
  const { run } = await planFleet(fleet, { orgs: many, notSelected }, made.surroundings(), {
    orgsAtOnce: 1,
    onResult: () => {
      judged++;
      if (judged === 2 || judged === many.length) heap.push(heapInMb());
    },
  });
  expect(new Set(run.orgs.map(({ numbers }) => numbers?.grants))).toEqual(new Set([GRANTS]));
  const requests = made.orgs.get("large")!.requests.filter(({ isPart }) => !isPart);
  expect(requests).toHaveLength(many.length * CALLS_AN_ORG);
  // By a megabyte or two it grows in any case; of six plans that were kept it would grow by more than five besides.
  expect(heap[1]! - heap[0]!).toBeLessThan(4);
});

/** What is reachable. */
function heapInMb(): number {
  v8.setFlagsFromString("--expose-gc");
  (vm.runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
