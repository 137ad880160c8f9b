import { InconclusiveError, SettingsError, shownError, UserError } from "../errors.ts";
import { REAL_CLOCK, type RetryClock } from "../http/retry.ts";
import { connect } from "../salesforce/connection.ts";
import type { Credentials } from "../salesforce/credentials.ts";
import { ApiError, CLOCK_TOLERANCE_MS, clockOff } from "../salesforce/failure.ts";
import { refText } from "../salesforce/id.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { amount, count as written } from "../text.ts";
import { callsForListing, checkApiShare } from "./apiShare.ts";
import { AppRegister } from "./appRegister.ts";
import { readApps } from "./directory.ts";
import { addressLine } from "./doctor/addressLine.ts";
import { formsLine } from "./doctor/formsLine.ts";
import { type DoctorLine, line } from "./doctor/line.ts";
import { linksLine } from "./doctor/linksLine.ts";
import { sightLine } from "./doctor/sightLine.ts";
import { probeExternalApps } from "./externalApps.ts";
import { ownApps } from "./ownApps.ts";
import { countQuery } from "./partition.ts";
import {
  EXTERNAL_APPS_LABEL,
  NEEDED_PERMISSIONS,
  probeExternalAppPermissions,
  probePermissions,
  WANTED_PERMISSIONS,
} from "./permissions.ts";

export interface DoctorReport {
  readonly lines: readonly DoctorLine[];
  /** 0 all well, 1 cannot connect or wrong org, 4 a complete list cannot be proven (the CLI's exit codes). */
  readonly exitCode: 0 | 1 | 4;
}

/**
 * Connects and says what works, what is missing and what to grant. Reads only, in about thirty calls.
 * @param policyOrg the org that the policy names; null to leave that out
 * @param revokeLine asks at an instance URL how the revoke call is answered; left out where nothing is to be posted
 */
export async function doctor(
  credentials: Credentials,
  policyOrg: { readonly id: string } | null,
  clock: RetryClock = REAL_CLOCK,
  revokeLine?: (instanceUrl: string) => Promise<DoctorLine>,
): Promise<DoctorReport> {
  let connection: OrgReader;
  try {
    connection = await connect(credentials, clock);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { lines: [line("connection", "failed", shownError(error))], exitCode: 1 };
  }
  const { org, caller } = connection;
  const wrongOrg = policyOrg !== null && policyOrg.id !== org.id;
  const lines = [
    line("connection", "ok", `${new URL(org.instanceUrl).host} answers.`),
    line("api-version", "ok", `API version ${org.apiVersion}.`),
    wrongOrg
      ? line(
          "org",
          "failed",
          `Connected to ${org.name} (${org.id}); the policy is for ${policyOrg.id}.`,
          "Use the credentials of that org, or another policy.",
        )
      : line("org", "ok", `${org.isSandbox ? "Sandbox" : "Org"} ${org.name} (${org.id}).`),
    line("caller", "ok", `Connected as ${caller.username} (${caller.userId}).`),
    await addressLine(connection),
    await ownAppLine(connection),
    ...(await permissionLines(connection)),
    await sightLine(connection),
    await externalAppsLine(connection),
    await linksLine(connection),
    apiCallsLine(connection),
    clockLine(connection.clockSkewMs),
    await formsLine(connection),
  ];
  lines.push(await listingLine(connection, lines));
  if (revokeLine !== undefined) lines.push(await revokeLine(org.instanceUrl));
  const wrongSetting = lines.some(
    ({ code, status }) => (code === "own-app" || code === "revoke-call") && status === "failed",
  );
  const exitCode = wrongOrg || wrongSetting ? 1 : lines.some(({ status }) => status === "failed") ? 4 : 0;
  return { lines, exitCode };
}

/** Which app is the tool's own, as far as that shows without the grants. */
async function ownAppLine(connection: OrgReader): Promise<DoctorLine> {
  const { sessionApp, namedApp } = connection.caller;
  if (namedApp === null && sessionApp === null)
    return line(
      "own-app",
      "warning",
      "The org does not say through which app.",
      "Name it with ownApp (SANCTIONED_OWN_APP), so that its grants are never revoked.",
    );
  const called = sessionApp ?? refText(namedApp!);
  try {
    const { apps, labels } = await readApps(connection);
    const register = new AppRegister(apps);
    for (const { id, label } of labels) register.alsoCalled(id, label);
    const ids = ownApps(connection.caller, register);
    return line(
      "own-app",
      "ok",
      `Connected through ${called}.${ids.length === 0 ? "" : ` Never revoked: ${ids.join(", ")}.`}`,
    );
  } catch (error) {
    if (error instanceof SettingsError) {
      // An id that is not registered can still be one that grants name: only a list shows that.
      const mayBeSeen = error.code === "own-app-not-in-org" && namedApp !== null && "id" in namedApp;
      return line("own-app", mayBeSeen ? "warning" : "failed", withoutRemedy(error), error.remedy);
    }
    if (error instanceof UserError || error instanceof InconclusiveError)
      return line("own-app", "ok", `Connected through ${called}.`); // the line on the listing says what is amiss
    throw error;
  }
}

function withoutRemedy({ message, remedy }: SettingsError | InconclusiveError): string {
  return message.slice(0, message.length - remedy.length).trimEnd();
}

/** The DeleteToken of a grant is its own permission to revoke (docs/salesforce.md#a-deletetoken-is-a-credential): seeing every grant is all it takes. */
async function permissionLines(connection: OrgReader): Promise<DoctorLine[]> {
  let permissions: Record<string, boolean>;
  let external: Record<string, boolean>;
  try {
    permissions = await probePermissions(connection);
    external = await probeExternalAppPermissions(connection);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return [line("permission", "failed", error.message, "Grant the user API Enabled.")];
  }
  const stated = (name: string, isHeld: boolean, isNeeded: boolean): DoctorLine =>
    isHeld
      ? line("permission", "ok", `${name}: granted.`)
      : line(
          "permission",
          isNeeded ? "failed" : "warning",
          `${name}: missing${isNeeded ? ", needed to see and revoke every user's grants" : ""}.`,
          `Grant ${name} to the user, by a permission set.`,
        );
  return [
    ...Object.entries(NEEDED_PERMISSIONS).map(([field, name]) => stated(name, permissions[field]!, true)),
    stated(EXTERNAL_APPS_LABEL, Object.values(external).includes(true), true),
    ...Object.entries(WANTED_PERMISSIONS).map(([field, name]) => stated(name, permissions[field]!, false)),
  ];
}

async function externalAppsLine(connection: OrgReader): Promise<DoctorLine> {
  try {
    const count = await probeExternalApps(connection);
    const text =
      count === 0
        ? "The org has no external client apps."
        : `${amount(count, "external client app")}, and their use is shown.`;
    return line("external-client-apps", "ok", text);
  } catch (error) {
    if (error instanceof InconclusiveError)
      return line("external-client-apps", "failed", withoutRemedy(error), error.remedy);
    if (!(error instanceof ApiError)) throw error;
    return line("external-client-apps", "failed", error.message, `Grant the user ${EXTERNAL_APPS_LABEL}.`);
  }
}

export function apiCallsLine({ apiUsage }: Pick<OrgReader, "apiUsage">): DoctorLine {
  if (apiUsage === null)
    return line("api-calls", "warning", "The org does not say how many API calls are left.");
  const { used, limit } = apiUsage;
  return line(
    "api-calls",
    "ok",
    `${written(limit - used)} of ${amount(limit, "API call")} are left for the last 24 hours.`,
  );
}

/** @param skew how far the org's clock is ahead of ours, in milliseconds; null where the org does not say */
export function clockLine(skew: number | null): DoctorLine {
  if (skew === null) return line("clock", "warning", "The org does not say what time it is.");
  return Math.abs(skew) <= CLOCK_TOLERANCE_MS
    ? line("clock", "ok", "The clocks agree.")
    : line(
        "clock",
        "warning",
        `This machine's clock is ${clockOff(skew)} the org's.`,
        "Set it: JWT logins fail, and ages of grants are off.",
      );
}

async function listingLine(connection: OrgReader, before: readonly DoctorLine[]): Promise<DoctorLine> {
  if (before.some(({ code, status }) => code !== "org" && status === "failed"))
    return line(
      "complete-listing",
      "failed",
      "Not every grant that the org counts can be listed yet.",
      "Fix what failed above.",
    );
  try {
    const grants = await connection.count(countQuery());
    const users = await connection.count("SELECT COUNT() FROM User");
    const { externalApps } = await readApps(connection);
    const calls = callsForListing(grants, users, externalApps);
    checkApiShare(connection, calls);
    return line(
      "complete-listing",
      "ok",
      `Every grant that the org counts can be listed: ${amount(grants, "grant")}, ${amount(users, "user")}, up to ${amount(calls, "API call")}.`,
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return line("complete-listing", "failed", shownError(error));
  }
}
