import {
  type LocalOrg,
  type LocalOrgOptions,
  PLATFORM_SETTINGS,
  type Platform,
  type Profiled,
} from "salesforce-local-org";
import { byJwt, byToken, JWT_CLIENTS, type LogIn } from "./logins.ts";
import { grantAgain, grantAnew, rotateOne } from "./org.ts";
import type { Factors, Values } from "./pairs.ts";

/** How a local org is made for a variant. */
export interface Setup {
  readonly options: Omit<LocalOrgOptions, "org">;
  /** Permissions that the tool's own user does not have. */
  readonly without: readonly string[];
  readonly logIn: LogIn;
  /** Whether the policy judges links to identity providers. */
  readonly judgesLinks: boolean;
  /** What happens in the org between the approval and the update. */
  readonly meanwhile: readonly ((org: LocalOrg) => void)[];
}

type Beside = Partial<Pick<Setup, "options" | "without" | "judgesLinks" | "logIn">> & {
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
  login: {
    "by-token": {},
    "by-jwt": { options: { clients: JWT_CLIENTS ?? [] }, logIn: byJwt },
  },
  policy: { "judges-apps": {}, "judges-links-too": { judgesLinks: true } },
  meanwhile: {
    nothing: {},
    "one-is-granted-again": { meanwhile: grantAgain },
    "one-rotates": { meanwhile: rotateOne },
    "one-is-granted-anew": { meanwhile: grantAnew },
  },
  sessions: {
    last: {},
    "are-cut": { options: { faults: [{ kind: "expire", match: "/query", after: 8, count: 1 }] } },
  },
};

/** What variants are made of. */
export interface Space {
  /** All that a variant chooses a value of: settings of the platform that are added come in by themselves. */
  readonly factors: Factors;
  /** What each is unless a variant says otherwise. */
  readonly defaults: Values;
}

/** Everything that may be, or as far as the profile of an org does not tell it. */
export function spaceOf(told: Profiled | null): Space {
  const factors = Object.fromEntries([
    ...Object.entries(PLATFORM_SETTINGS).map(([name, { values }]) => [
      name,
      [told?.platform[name as keyof Platform] ?? values].flat(),
    ]),
    ...Object.entries(BESIDE).map(([name, values]) => [name, Object.keys(values)]),
    ...(told === null ? [] : besideOf(told)),
  ]) as Factors;
  return {
    factors,
    defaults: Object.fromEntries(Object.entries(factors).map(([name, [first]]) => [name, first!])),
  };
}

/** What a profile tells of those beside the settings: the caller is as it was there. */
function besideOf({ options }: Profiled): [string, string[]][] {
  return [
    ["callerMay", ["everything"]],
    ["tokenIds", [options.nullTokenIds === true ? "null" : "filled"]],
    ["createdDate", [options.refusedFields?.includes("OauthToken.CreatedDate") ? "unknown" : "known"]],
  ];
}

/** The local org of a variant. @param values of all factors */
export function setupOf(values: Values): Setup {
  const platform = Object.fromEntries(
    Object.entries(values).filter(([name]) => name in PLATFORM_SETTINGS),
  ) as Partial<Platform>;
  const beside = Object.entries(BESIDE).map(([name, of]) => of[values[name]!]!);
  return {
    options: Object.assign({}, platform, ...beside.map(({ options }) => options)),
    without: beside.flatMap(({ without = [] }) => without),
    logIn: beside.find(({ logIn }) => logIn !== undefined)?.logIn ?? byToken,
    judgesLinks: beside.some(({ judgesLinks = false }) => judgesLinks),
    meanwhile: beside.flatMap(({ meanwhile = [] }) => meanwhile),
  };
}
