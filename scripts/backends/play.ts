import type { Run } from "../../test/pulumi/pulumiRun.ts";
import { Stage } from "../chaos/stage.ts";
import type { Backend, BackendName, Place } from "./backend.ts";
import type { Scenario } from "./scenarios.ts";

/** What came of one story on one backend. */
export interface Story {
  readonly backend: BackendName;
  readonly scenario: string;
  readonly seconds: number;
  /** Grants that were revoked, each checked to have been planned. */
  readonly revoked: number;
  /** What must not be; empty for a story that passes. */
  readonly violations: readonly string[];
}

/**
 * Plays a story on a backend, and looks through all that was said and all that the backend then holds for secrets.
 * @param folder a place in a folder, for stories that move from one
 */
export async function playOnBackend(
  seed: number,
  scenario: Scenario,
  backend: Backend,
  folder: Place,
): Promise<Story> {
  const begun = performance.now();
  const violations: string[] = [];
  const must = (holds: boolean, what: string) => {
    if (!holds) violations.push(what);
  };
  let said = "";
  const heard = <R extends Run>(run: R) => {
    said += run.output;
    return run;
  };
  const stage = await Stage.open(seed);
  try {
    const place = await backend.place();
    await scenario.play({ stage, place, folder, must, heard });
    const kept = [...(await place.contents()).values()].join("\n");
    must(kept.includes("ConnectedUserPolicy"), "no state is kept");
    const where = { "what was said": said, "the backend": kept };
    for (const [name, text] of Object.entries(where))
      must(
        ![...stage.secrets, ...place.secrets].some((secret) => text.includes(secret)),
        `a secret is in ${name}`,
      );
    return {
      backend: backend.name,
      scenario: scenario.name,
      seconds: Math.round((performance.now() - begun) / 100) / 10,
      revoked: stage.outcome().revoked,
      violations,
    };
  } finally {
    await stage.close();
  }
}
