import type { OrgUpdate } from "../../fleet/updateInWaves.ts";
import type { Wave } from "../../fleet/waves.ts";
import { printable } from "../../printable.ts";
import { amount, count } from "../../text.ts";
import { tableOf } from "../render/table.ts";
import { tableText } from "../render/terminal.ts";

const STATUS_WORDS = {
  revoked: "updated",
  nothing: "nothing to do",
  failed: "failed",
  "not-begun": "not begun",
} as const satisfies Record<OrgUpdate["status"], string>;

/** What is to be updated, wave by wave: before the question. */
export function wavesText(waves: readonly Wave[]): string {
  const lines = waves.flatMap(({ wave, orgs }) => [
    `Wave ${wave}:`,
    ...orgs.map(
      ({ org, stack, revocations }) =>
        `  - ${org.name} (stack ${stack}): ${amount(revocations, "revocation")}`,
    ),
  ]);
  return `${lines.join("\n")}\n`;
}

/** How one update ended, in one line. */
export function updateLine({ org, status, planned, outcomes, why }: OrgUpdate): string {
  const { revoked = 0, ...others } = outcomes;
  const more = Object.entries(others).map(([outcome, number]) => `, ${count(number)} ${outcome}`);
  const numbers = `${count(revoked)} revoked of ${count(planned)} planned${more.join("")}`;
  const because = why === null ? "" : `: ${printable(why)}`;
  switch (status) {
    case "revoked":
      return `${org}: ${numbers}`;
    case "nothing":
      return `${org}: nothing to do; its plan had ${count(planned)}`;
    case "failed":
      return `${org}: FAILED, ${numbers}${because}`;
    case "not-begun":
      return `${org}: not begun${because}`;
  }
}

/** What came of each org. */
export function updatesText(updates: readonly OrgUpdate[], width: number | null): string {
  const table = tableOf(updates, {
    org: { title: "Org", kind: "text", value: ({ org }) => org },
    wave: { title: "Wave", kind: "count", value: ({ wave }) => wave },
    status: { title: "Result", kind: "badge", words: STATUS_WORDS, value: ({ status }) => status },
    planned: { title: "Planned", kind: "count", value: ({ planned }) => planned },
    revoked: { title: "Revoked", kind: "count", value: ({ outcomes }) => outcomes.revoked ?? 0 },
  });
  return tableText(table, width);
}
