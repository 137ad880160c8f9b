import type { FleetPoint } from "../../../fleet/history/trends.ts";
import { amount } from "../../../text.ts";
import { changeText } from "../../html/trend.ts";
import type { Section } from "../../org/sections.ts";
import { type Table, tableOf } from "../../render/table.ts";
import type { PageHistory } from "./fleetPage.ts";

/** Days with a run that the page shows. */
export const MOST_DAYS = 92;

const NO_HISTORY =
  "No history is kept: `history:` in the file of the orgs, or `--history FILE`, names where (docs/fleet-reports.md).";

export function monthByMonth(history: PageHistory | null): Section {
  return {
    id: "months",
    readThrough: true,
    title: "Month by month",
    ...noteOf(history),
    nothing: history === null ? NO_HISTORY : "No run has been kept yet.",
    caption: "What each month ended with, latest first",
    table: pointTable("Month", (history?.trends.months ?? []).toReversed()),
    ...(history === null && { count: null }),
  };
}

export function dayByDay(history: PageHistory | null): Section {
  const days = history?.trends.days ?? [];
  return {
    id: "days",
    title: "Day by day",
    nothing: history === null ? NO_HISTORY : "No run has been kept yet.",
    caption: `The last ${amount(Math.min(days.length, MOST_DAYS), "day")} with a run, latest first`,
    table: pointTable("Day", days.slice(-MOST_DAYS).toReversed()),
    ...(history === null && { count: null }),
  };
}

function noteOf(history: PageHistory | null): Pick<Section, "note" | "alarm"> {
  if (history === null || history.runs + history.leftAside === 0) return {};
  const { runs, leftAside } = history;
  return {
    note: `From ${amount(runs, "run")} on record. A sum is over the orgs that were judged; what became more or less is told over those alone that both periods have.${
      leftAside === 0
        ? ""
        : ` ${amount(leftAside, "entry").replace("entrys", "entries")} could not be read, as where a run was killed, and ${leftAside === 1 ? "is" : "are"} left aside.`
    }`,
  };
}

function pointTable(title: string, points: readonly FleetPoint[]): Table {
  const sum = (key: "grants" | "unlistedApps" | "idle") => ({
    value: ({ seen }: FleetPoint) => seen?.[key] ?? null,
  });
  const change = (key: "grants" | "unlistedApps" | "idle") => ({
    title: "Change",
    kind: "text" as const,
    value: ({ change }: FleetPoint) => (change === null ? null : changeText(change[key])),
  });
  return tableOf(points, {
    period: { title, kind: "text", value: ({ period }) => period },
    judged: { title: "Orgs judged", kind: "text", value: ({ judged, known }) => `${judged} of ${known}` },
    grants: { title: "Grants", kind: "count", ...sum("grants") },
    grantsChange: { ...change("grants"), under: "grants" },
    unlistedApps: { title: "Apps not listed", kind: "count", ...sum("unlistedApps") },
    unlistedAppsChange: { ...change("unlistedApps"), under: "unlistedApps" },
    idle: { title: "Idle grants", kind: "count", ...sum("idle") },
    idleChange: { ...change("idle"), under: "idle" },
    revoked: { title: "Revoked", kind: "count", value: ({ revoked }) => revoked },
  });
}
