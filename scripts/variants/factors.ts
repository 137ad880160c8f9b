import { type LocalOrg, type LocalOrgOptions, PLATFORM_SETTINGS, type Platform } from "salesforce-local-org";
import { grantAgain, grantAnew } from "./org.ts";
import type { Factors, Values } from "./pairs.ts";

/** How a local org is made for a variant. */
export interface Setup {
  readonly options: Omit<LocalOrgOptions, "org">;
  /** Permissions that the tool's own user does not have. */
  readonly without: readonly string[];
  /** What happens in the org between the approval and the update. */
  readonly meanwhile: readonly ((org: LocalOrg) => void)[];
}

type Beside = Partial<Pick<Setup, "options" | "without">> & {
  readonly meanwhile?: Setup["meanwhile"][number];
};

/** What may be one way or another beside the settings of the platform; the likeliest first. */
const BESIDE: Readonly<Record<string, Readonly<Record<string, Beside>>>> = {
  callerMay: {
    everything: {},
    "not-see-external-client-apps": { without: ["ExternalClientAppViewer"] },
    "not-see-others": { without: ["CustomizeApplication"] },
    "not-manage-users": { without: ["ManageUsers"] },
    "not-view-setup": { without: ["ViewSetup"] },
  },
  tokenIds: { filled: {}, null: { options: { nullTokenIds: true } } },
  totalSizeAtCeiling: { all: {}, capped: { options: { totalSizeAtCeiling: "capped" } } },
  createdDate: { known: {}, unknown: { options: { refusedFields: ["OauthToken.CreatedDate"] } } },
  meanwhile: {
    nothing: {},
    "one-is-granted-again": { meanwhile: grantAgain },
    "one-is-granted-anew": { meanwhile: grantAnew },
  },
  sessions: {
    last: {},
    "are-cut": { options: { faults: [{ kind: "expire", match: "/query", after: 8, count: 1 }] } },
  },
};

/** All that a variant chooses a value of: settings of the platform that are added come in by themselves. */
export const FACTORS: Factors = {
  ...Object.fromEntries(Object.entries(PLATFORM_SETTINGS).map(([name, { values }]) => [name, [...values]])),
  ...Object.fromEntries(Object.entries(BESIDE).map(([name, values]) => [name, Object.keys(values)])),
};

/** What every factor is unless a variant says otherwise. */
export const DEFAULTS: Values = Object.fromEntries(
  Object.entries(FACTORS).map(([name, values]) => [name, values[0]!]),
);

/** The local org of a variant. @param values of all factors */
export function setupOf(values: Values): Setup {
  const platform = Object.fromEntries(
    Object.entries(values).filter(([name]) => name in PLATFORM_SETTINGS),
  ) as Partial<Platform>;
  const beside = Object.entries(BESIDE).map(([name, of]) => of[values[name]!]!);
  return {
    options: Object.assign({}, platform, ...beside.map(({ options }) => options)),
    without: beside.flatMap(({ without = [] }) => without),
    meanwhile: beside.flatMap(({ meanwhile = [] }) => meanwhile),
  };
}
