import { setupLinks } from "../setupLinks.ts";
import { optionWords, shellCommand } from "../shell.ts";
import { watchErrors } from "./errors.ts";
import type { WatchEvent } from "./event.ts";

/** Where an event comes from, as far as what comes next depends on it. */
export interface StepSurroundings {
  /** The org's address; null where it is not known. Only one of Salesforce's is linked to. */
  readonly instanceUrl: string | null;
  /** What `orgs.yaml` calls the org; null outside a fleet. */
  readonly inOrg: string | null;
  /** The file of the policy that was named; null where it needs no name, as in a fleet. */
  readonly policy: string | null;
  /** The address of a runbook of one's own; null for the docs'. */
  readonly runbook: string | null;
}

type Subject = Pick<WatchEvent, "kind" | "app" | "user" | "details">;

/** By kind, the section of docs/incidents.md, or of another page, that says what to do. */
const SECTIONS = {
  "high-privilege-grant": "incidents.md#an-alert-about-a-grant",
  "unlisted-app": "incidents.md#an-alert-about-a-grant",
  "denied-app": "incidents.md#an-alert-about-a-grant",
  "user-deactivated": "incidents.md#a-users-account-is-compromised-or-somebody-has-left",
  "exemption-expiring": "policy.md#recipes",
  "exemption-expired": "policy.md#recipes",
  inconclusive: "connecting.md",
  "policy-invalid": "policy.md",
  "leavers-revoked": "watching.md#leavers",
  "leavers-refused": "watching.md#leavers",
  "drift-grew": "pull-requests.md#what-happens-on-merge",
  "drift-settled": "pull-requests.md#what-happens-on-merge",
} as const satisfies Record<WatchEvent["kind"], string>;

/** The address of a runbook of one's own, whose sections are called as the kinds of events; null where the docs are it. @throws SettingsError */
export function runbookOf(env: NodeJS.ProcessEnv): string | null {
  const value = env.SANCTIONED_RUNBOOK?.trim();
  if (!value) return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url?.protocol !== "https:" || url.username + url.password + url.hash !== "")
    throw watchErrors["runbook-not-an-address"]();
  return value;
}

/** What leads on from an event: two commands, the section to read, and places in Setup. Pure. */
export function nextSteps(
  subject: Subject,
  surroundings: StepSurroundings,
): Pick<WatchEvent, "next" | "runbook" | "links"> {
  const { inOrg, policy, runbook } = surroundings;
  const where = inOrg === null ? [] : ["--in", inOrg];
  return {
    next: commandsOf(subject)
      .map((words) => [...words, ...(inOrg === null ? policyWords(words, policy) : where)])
      .map((words) => shellCommand(["npx", "sanctioned", ...words])),
    runbook: runbook === null ? `docs/${SECTIONS[subject.kind]}` : `${runbook}#${subject.kind}`,
    links: linksOf(subject, surroundings),
  };
}

/** How a command names the policy, where it takes one. */
function policyWords(words: readonly string[], policy: string | null): string[] {
  const [verb] = words;
  if (policy === null || verb === "list" || verb === "fleet") return [];
  return verb === "validate" ? [policy] : ["--policy", policy];
}

function commandsOf({ kind, app, user, details }: Subject): string[][] {
  const whose = [
    ...(user === null ? [] : optionWords("--user", user.username ?? user.id)),
    ...(app === null ? [] : optionWords("--app", app.id ?? details.label ?? app.name)),
  ];
  switch (kind) {
    case "high-privilege-grant":
    case "unlisted-app":
    case "denied-app":
      return [
        user === null ? ["list", ...whose] : ["explain", ...whose],
        ["revoke", ...whose, "--reason", "alert of a watch"],
      ];
    case "user-deactivated":
      return [
        ["list", ...whose],
        ["revoke", ...whose, "--reason", "has left"],
      ];
    case "exemption-expiring":
    case "exemption-expired": {
      const { user: username } = details;
      const pair = [...(username === undefined ? [] : optionWords("--user", username)), ...whose];
      return [username === undefined || app === null ? ["list", ...pair] : ["explain", ...pair], ["plan"]];
    }
    case "inconclusive":
      return [["doctor"], ["plan"]];
    case "policy-invalid":
      return [["validate"], ["plan"]];
    case "leavers-refused":
      return [["plan"], ["doctor"]];
    case "leavers-revoked":
      return [["list"], ["plan"]];
    case "drift-grew":
    case "drift-settled":
      return [ofIssue("plan", details), ofIssue("report", details)];
  }
}

/** What shows all that an issue is about. */
function ofIssue(verb: "plan" | "report", { policy, orgs }: WatchEvent["details"]): string[] {
  if (orgs !== undefined) return ["fleet", verb, "--orgs", orgs];
  return policy === undefined ? [verb] : [verb, "--policy", policy];
}

function linksOf({ app, user, kind }: Subject, { instanceUrl }: StepSurroundings): WatchEvent["links"] {
  const setup = instanceUrl === null ? null : setupLinks(instanceUrl);
  if (setup === null) return [];
  const ofUser = user === null ? null : setup.user(user.id);
  const aboutApps = app !== null || kind.startsWith("leavers");
  return [
    ...(ofUser === null ? [] : [{ label: "The user in Setup", url: ofUser }]),
    ...(aboutApps ? [{ label: "The apps in use in Setup", url: setup.usage }] : []),
  ];
}
