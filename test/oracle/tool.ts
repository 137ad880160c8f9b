import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { CodedError } from "../../src/errors.ts";
import { planFile } from "../../src/plan/planFile.ts";
import type { FullPlan } from "../../src/plan/planSchema.ts";
import { PolicyError } from "../../src/policy/problem.ts";
import { openObserver } from "../../src/run/open.ts";
import type { Case } from "./case.ts";
import { Written } from "./places.ts";
import { FILES, type PolicyFiles } from "./wanted.ts";

/** What the tool said: why it refused, or its whole plan. */
export type Said = { readonly refused: readonly string[] } | { readonly plan: FullPlan };

/** The files of a policy as text, and the lines of what they say. */
export function written({ own, base, baseline }: PolicyFiles): ReadonlyMap<string, Written> {
  return new Map(
    Object.entries({ [FILES.own]: own, [FILES.base]: base, [FILES.baseline]: baseline }).flatMap(
      ([name, data]) => (data === null ? [] : [[name, new Written(data)] as const]),
    ),
  );
}

/** Starts the org of a case. */
export function start({
  org,
  platform: { usageOnly, sessionApp },
}: Pick<Case, "org" | "platform">): Promise<LocalOrg> {
  return startLocalOrg({
    org,
    callerApp: sessionApp,
    ...(usageOnly ? { hiddenFromOauthToken: "external-client-apps" as const } : {}),
  });
}

/** Holds a running org against the policy of a case, as `sanctioned plan --all` does. */
export async function ask(
  org: LocalOrg,
  { files, ownApp, asOf }: Pick<Case, "files" | "ownApp" | "asOf">,
): Promise<Said> {
  const folder = mkdtempSync(path.join(tmpdir(), "oracle-"));
  try {
    for (const [name, { text }] of written(files)) writeFileSync(path.join(folder, name), text);
    const observer = openObserver({
      folder,
      env: {
        SF_ORG_INSTANCE_URL: org.url,
        SF_ACCESS_TOKEN: org.accessToken,
        ...(ownApp === null ? {} : { SANCTIONED_OWN_APP: ownApp }),
      },
    });
    return { plan: planFile(await observer.observe(observer.want(FILES.own), asOf), { all: true }) };
  } catch (error) {
    if (error instanceof PolicyError)
      return { refused: error.problems.map(({ code, file, line }) => `${code} ${file}:${line}`) };
    if (error instanceof CodedError) return { refused: [`${error.code}: ${error.message}`] };
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
