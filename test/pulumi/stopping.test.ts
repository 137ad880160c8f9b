import { setTimeout as wait } from "node:timers/promises";
import { startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { expect, it } from "vitest";
import { processesOf, tellsProcesses } from "../../scripts/chaos/processes.ts";
import type { AuditLine } from "../../src/audit/line.ts";
import { verifyRecord } from "../../src/audit/verifyRecord.ts";
import { PulumiProject } from "./pulumiRun.ts";

const MARK = "SANCTIONED_TEST_OF_STOPPING";
const RECORD = "audit.jsonl";

it.runIf(tellsProcesses)(
  "an update stops between two calls on Ctrl-C and with its engine, which nothing outlives, and the next goes on",
  async () => {
    const org = await startLocalOrg({
      org: dieppeTrading(),
      faults: [{ kind: "latency", match: "/revoke", ms: 400 }],
    });
    const mark = `${process.pid} ${performance.now()}`;
    const project = await PulumiProject.create({
      SF_ORG_INSTANCE_URL: org.url,
      SF_ACCESS_TOKEN: org.accessToken,
      SANCTIONED_AUDIT_FILE: RECORD,
      SANCTIONED_REVOKE_CONCURRENCY: "1",
      [MARK]: mark,
    });
    const calls = () => org.requests.filter(({ path }) => path === "/services/oauth2/revoke").length;
    const up = async (untilCalls: number) => {
      const update = project.start("up", "--yes", "--skip-preview");
      while (calls() < untilCalls) await wait(10);
      return update;
    };
    const record = async () => {
      const text = await project.read(RECORD);
      expect(verifyRecord(text, [])).toMatchObject({ problems: [], unanswered: 0, unfinished: 0 });
      return text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as AuditLine);
    };
    try {
      const cancelled = await up(3);
      process.kill(-cancelled.pid, "SIGINT"); // as a terminal does: to the group, in which no plugin is
      const { code, output } = await cancelled.ended;
      const done = calls();
      expect([code, done < 6]).toEqual([1, true]);
      expect(output).toContain(
        `stopped, since Pulumi was told to stop (Ctrl-C, or a signal): ${12 - done} not tried`,
      );
      expect(output).toContain('says "the stack is currently locked"');
      expect((await record()).at(-1)).toMatchObject({
        event: "run-end",
        outcomes: { revoked: done, "not tried": 12 - done },
        stopped: "Pulumi was told to stop (Ctrl-C, or a signal)",
      });

      const killed = await up(done + 3);
      process.kill(killed.pid, "SIGKILL");
      await wait(1_000);
      const after = calls();
      expect(after).toBeLessThan(done + 7);
      await killed.ended;
      for (let n = 0; n < 50 && processesOf(MARK, mark).length > 0; n++) await wait(100);
      expect(processesOf(MARK, mark)).toEqual([]);
      expect(calls()).toBe(after);
      expect((await record()).at(-1)).toMatchObject({
        event: "run-end",
        outcomes: { revoked: after - done, "not tried": 12 - after },
        stopped: "Pulumi's engine is gone",
      });

      // What docs/revoking.md says of it.
      await project.run("cancel", "--yes");
      expect((await project.run("up", "--yes", "--skip-preview")).output).toContain(`${12 - after} revoked`);
      expect(calls()).toBe(12);
    } finally {
      for (const { pid } of processesOf(MARK, mark)) process.kill(pid, "SIGKILL");
      await project.remove();
      await org.close();
    }
  },
);
