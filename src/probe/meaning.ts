import { amount } from "../text.ts";
import type { ProbeLine } from "./line.ts";
import { metadataMeaning, revokeMeaning, sessionMeaning } from "./meaningOfApps.ts";
import type { OrgProfile } from "./profileSchema.ts";

/** The questions of a profile in the order in which they matter. Pure. */
export function meaningOf(profile: OrgProfile): ProbeLine[] {
  return [
    permissionLine(profile),
    grantsLine(profile),
    formsLine(profile),
    pageLine(profile),
    externalLine(profile),
    usageLine(profile),
    besideLine(profile),
    linksLine(profile),
    ...sessionMeaning(profile),
    ...metadataMeaning(profile),
    ...revokeMeaning(profile),
    ...leftToPerson(profile),
  ];
}

/** What each permission is for, where the user does not hold it. */
const WITHOUT: Readonly<Partial<Record<keyof OrgProfile["permissions"], string>>> = {
  ApiEnabled: "without API Enabled nothing can be asked",
  CustomizeApplication:
    "without Customize Application the org shows the user its own grants alone, so that every list is inconclusive",
  ManageUsers:
    "without Manage Users grants, sessions and account links of others may not be shown, so that every list is inconclusive",
  ExternalClientAppViewer:
    "without View all External Client Apps, view their settings, and edit their policies, external client apps may be hidden, so that lists are inconclusive",
  ViewSetup: "without View Setup and Configuration limits, permission sets and roles may not be shown",
  ModifyMetadata: "without Modify Metadata settings of apps, such as their scopes, may stay unknown",
  ManageAuthProviders: "without Manage Auth. Providers identity providers are known by their links alone",
};

/** Permissions that bring others with them. */
const INCLUDED_IN: Readonly<Record<string, keyof OrgProfile["permissions"] | undefined>> = {
  ModifyMetadata: "ModifyAllData",
  ExternalClientAppViewer: "ExternalClientAppAdmin",
};

function permissionLine({ permissions }: OrgProfile): ProbeLine {
  const missing = Object.entries(WITHOUT).filter(([name]) => {
    const held = permissions[name as keyof typeof permissions];
    const more = INCLUDED_IN[name];
    return held !== "held" && (more === undefined || permissions[more] !== "held");
  });
  const by = (state: string) =>
    Object.keys(permissions).filter((name) => permissions[name as "ViewSetup"] === state);
  const lists = ["held", "missing", "no-field"].flatMap((state) =>
    by(state).length === 0
      ? []
      : `${state === "no-field" ? "not known to the org" : state}: ${by(state).join(", ")}`,
  );
  return {
    status: missing.length === 0 ? "ok" : "warning",
    question: "What may the tool's user do?",
    answer: lists.join("; "),
    means:
      missing.length === 0
        ? "All that a complete list of grants needs."
        : sentence(missing.map(([, why]) => why).join("; ")),
  };
}

function grantsLine({ grants, objects }: OrgProfile): ProbeLine {
  const { fields, answer } = objects.OauthToken;
  const lacking = (fact: string) => Object.keys(fields).filter((name) => !fields[name]!.includes(fact));
  const described =
    answer === "answered"
      ? `described, not filtered by: ${lacking("f").join(", ") || "none"}, not sorted by: ${lacking("s").join(", ") || "none"}`
      : `described: ${answer}`;
  return {
    status: grants.ofOthers === null || grants.ofOthers === "0" ? "warning" : "ok",
    question: "Are the grants of others in sight, and what are rows of OauthToken like?",
    answer: `${grants.amount} rows, of others: ${grants.ofOthers ?? "not answered"}; Id: ${grants.rowIds}; totalSize above 2,500: ${grants.totalSizeAtCeiling}; ${described}`,
    means: sightOf(grants),
  };
}

function sightOf({ ofOthers }: OrgProfile["grants"]): string {
  if (ofOthers === null) return "The org does not take that question; the user's permissions decide.";
  return ofOthers === "0"
    ? "Either nobody else has a grant, or the user does not see them: a list is not believed to be clean for that."
    : "The user sees grants of others.";
}

function formsLine({ queryForms, partition }: OrgProfile): ProbeLine {
  const refused = Object.entries(queryForms).filter(([, answer]) => answer !== "answered");
  const shown = refused.map(
    ([form, answer]) => `${form.replace("SELECT UserId, AppName FROM OauthToken ", "")}: ${answer}`,
  );
  return {
    status: partition === "CreatedDate" ? "ok" : "warning",
    question: "Which forms of query does OauthToken take?",
    answer: `${Object.keys(queryForms).length - refused.length} of ${Object.keys(queryForms).length}${refused.length === 0 ? "" : `; refused: ${shown.join("; ")}`}`,
    means:
      partition === null
        ? "A list that is too long for one answer cannot be divided: it will be inconclusive."
        : `A list that is too long for one answer is divided by ${partition}.`,
  };
}

function pageLine({ grants: { pageMs, pageRows } }: OrgProfile): ProbeLine {
  return {
    status: pageMs !== null && pageMs < 5_000 ? "ok" : "warning",
    question: "How long does a page of grants take?",
    answer: pageMs === null ? "not answered" : `${pageMs} ms for ${pageRows} rows`,
    means:
      pageMs !== null && pageMs < 5_000
        ? "Fast enough to read pages side by side."
        : "Requests of 20 s and more are bounded: the tool makes fewer at once where the org says so.",
  };
}

function externalLine({ externalClientApps, permissions }: OrgProfile): ProbeLine {
  const { answer, amount: count, inAppMenu } = externalClientApps;
  const may = permissions.ExternalClientAppViewer === "held" || permissions.ExternalClientAppAdmin === "held";
  return {
    status: answer === "answered" ? "ok" : "warning",
    question: "Does the org show its external client apps?",
    answer: `${answer}${count === null ? "" : `, ${count} of them`}; in the app menu: ${inAppMenu === null ? "not answered" : inAppMenu ? "yes" : "none"}`,
    means:
      answer === "answered"
        ? "Their names and ids are known."
        : answer === "INVALID_TYPE" && may && inAppMenu !== true
          ? "With the permission to see them, this is believed to mean that there are none."
          : "This does not mean that there are none: lists are inconclusive.",
  };
}

function usageLine({ usage, externalClientApps }: OrgProfile): ProbeLine {
  const none = externalClientApps.answer === "INVALID_TYPE" || externalClientApps.amount === "0";
  return {
    status: usage.answer === "answered" || none ? "ok" : "warning",
    question: "What do the usage resources of external client apps answer?",
    answer: `${usage.answer}${usage.answer === "answered" ? "" : ` (HTTP ${usage.status})`}; apps listed: ${usage.lists}; an app that nobody uses: ${usage.usersWhenNone}; users: ${usage.users}; tokens: ${usage.tokens}`,
    means:
      usage.answer === "answered"
        ? "Grants that have no row are found there."
        : none
          ? "The org shows no external client app whose grants could be missing."
          : "Grants that have no row cannot be seen: lists are inconclusive until a permission or a setting shows them.",
  };
}

function besideLine({ usage: { besideRows } }: OrgProfile): ProbeLine {
  const means = {
    both: "Every token that is looked into has its row.",
    "usage-only-tokens": "Some tokens have no row: they are read and revoked by the usage resources.",
    "usage-alone":
      "Grants of external client apps have no rows: they are read and revoked by the usage resources.",
    "not-told":
      "Nobody here has two tokens of one external client app, so that it cannot be told; both are read.",
  };
  return {
    status: besideRows === "not-told" ? "open" : "ok",
    question: "Do tokens of external client apps have rows of OauthToken?",
    answer: besideRows,
    means: means[besideRows],
  };
}

function linksLine({ objects: { ThirdPartyAccountLink: links } }: OrgProfile): ProbeLine {
  const answer =
    links.answer === "answered"
      ? links.deletable
        ? "described, deletable"
        : "described, read-only"
      : links.answer;
  return {
    status: links.answer === "answered" ? "ok" : "warning",
    question: "Can account links to identity providers be read and deleted?",
    answer,
    means:
      links.answer !== "answered"
        ? "They are not shown: a policy that names identityProviders is inconclusive."
        : links.deletable
          ? "The tool can take links away."
          : "The tool reports links; they are taken away in Setup.",
  };
}

/** What a probe cannot do itself. */
function leftToPerson({ revocation }: OrgProfile): ProbeLine[] {
  const open = (question: string, means: string): ProbeLine => ({
    ...{ status: "open", question, means, answer: "left to a person" },
  });
  return [
    open(
      "Does a row's CreatedDate move when its app refreshes, with rotation off and on?",
      "The tool decides correctly either way. To settle it: let an app refresh three times, and compare `sanctioned list` before and after.",
    ),
    open(
      "Do JWT bearer and client credentials make rows or usage entries?",
      "The tool says what it counted. To settle it: connect one app that way, and look for it in `sanctioned list`.",
    ),
    open(
      "Does an access token answer after its refresh token is revoked, at once and after 30 minutes?",
      revocation === null
        ? "Revoke a grant of which you hold an access token, and use that. `--app NAME --user NAME --destructive` revokes one pair."
        : "Use an access token that the app of the revoked pair still holds.",
    ),
    open(
      `How many revocations a second does the org stand?`,
      `The tool makes ${amount(10, "call")} a second at most. To settle it: raise revokesPerSecond in a sandbox until it is turned away.`,
    ),
  ];
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
