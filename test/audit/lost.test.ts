import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditEvent } from "../../src/audit/line.ts";
import { AuditTrail } from "../../src/audit/trail.ts";
import { verifyRecord } from "../../src/audit/verifyRecord.ts";
import { UserError } from "../../src/errors.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-lost-"));
  file = path.join(folder, "audit.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const about = { user: { id: "005000000000001AAA", username: "a" }, app: { id: null, name: "A" } };
const outcome: AuditEvent = { event: "outcome", ...about, status: "revoked", reason: "" };
const end: AuditEvent = { event: "run-end", outcomes: { revoked: 1 }, stopped: null };
const revoking: AuditEvent = {
  event: "revoking",
  call: 1,
  ...about,
  granted: [null],
  code: "app-not-listed",
  policy: { file: "p.yaml", line: 1 },
  through: "delete-token",
};

/** A run that has written something, and what it was told. */
async function running() {
  const trail = await AuditTrail.open(file);
  const told: string[] = [];
  trail.onLost((reason) => told.push(reason));
  await trail.append(revoking);
  return { trail, told };
}
const verified = () => verifyRecord(readFileSync(file), [readFileSync(`${file}.head`, "utf8").trim()]);
const refused = async (name = file) => String(await AuditTrail.open(name).catch((error: unknown) => error));

describe("a record that is not what the run left", () => {
  const LOST: readonly [string, RegExp, () => void][] = [
    ["removed", /was removed or moved/, () => rmSync(file)],
    ["moved", /was removed or moved/, () => renameSync(file, `${file}.old`)],
    ["replaced by a copy of itself", /was replaced by another file/, () => copyFileSync(file, `${file}2`)],
    ["cut", /was cut/, () => truncateSync(file, 10)],
    ["emptied", /was cut/, () => truncateSync(file, 0)],
    ["written by somebody else", /was written by somebody else/, () => appendFileSync(file, "x\n")],
    ["named a second time", /got a second name/, () => linkSync(file, `${file}2`)],
    ["robbed of its head", /has a FILE.head that was removed/, () => rmSync(`${file}.head`)],
    ["robbed of its lock", /lost its lock/, () => rmSync(`${file}.lock`)],
  ];

  it.each(LOST)(
    "since it was %s stops the run before the next call: that is said at once, and nothing is announced",
    async (how, why, harm) => {
      const { trail, told } = await running();
      trail.check();
      expect(told).toEqual([]);
      harm();
      if (how.startsWith("replaced")) renameSync(`${file}2`, file);
      trail.check();
      expect(told).toEqual([expect.stringMatching(why)]);
      const error: unknown = await trail.append({ ...revoking, call: 2 }).catch((one: unknown) => one);
      expect(error).toBeInstanceOf(UserError);
      expect(String(error)).toMatch(why);
      // And what ends the run throws nothing else in its place.
      for (const one of await Promise.allSettled([trail.append(outcome), trail.append(end)]))
        expect(one.status === "fulfilled" || String(one.reason)).toSatisfy(
          (said) => said === true || why.test(String(said)),
        );
      await trail.close();
    },
  );

  it.each(LOST)(
    "since it was %s is noticed by the next line too, where nobody asked",
    async (how, why, harm) => {
      const { trail, told } = await running();
      harm();
      if (how.startsWith("replaced")) renameSync(`${file}2`, file);
      await expect(trail.append({ ...revoking, call: 2 })).rejects.toThrow(why);
      expect(told).toEqual([expect.stringMatching(why)]);
      await trail.close();
    },
  );

  it("is noticed though it was taken away while the line was being written: what that announces is not done", async () => {
    const { trail } = await running();
    await wait(50); // the head is kept, and nothing is being written
    const line = trail.append({ ...revoking, call: 2 });
    line.catch(() => undefined);
    for (let i = 0; i < 10; i++) await Promise.resolve(); // the write has begun, and cannot have ended
    rmSync(file);
    await expect(line).rejects.toThrow(/was removed or moved/);
    await trail.close();
  });

  it("and has not been made anew says that the run is not on record", async () => {
    const { trail } = await running();
    rmSync(file);
    await expect(trail.append(end)).rejects.toThrow(/was removed or moved/);
    expect(trail.missing).toMatch(/was removed or moved/);
    await trail.close();
    expect(() => readFileSync(file)).toThrow("ENOENT");
  });

  it("gets what was done by then once more where another run wrote it meanwhile: both are whole", async () => {
    const { trail } = await running();
    rmSync(`${file}.lock`);
    const other = await AuditTrail.open(file);
    await other.append(outcome);
    const late = trail.append(outcome); // waits for the other to end
    await expect(trail.append({ ...revoking, call: 2 })).rejects.toThrow("lost its lock");
    await other.append(end);
    await other.close();
    await late;
    await trail.append(end);
    await trail.close();
    expect(trail.missing).toBeNull();
    expect(verified()).toMatchObject({ problems: [], notes: [], runs: 2, unfinished: 0, lines: 5 });
  });

  it("is not written on where what the run wrote is gone", async () => {
    const { trail } = await running();
    truncateSync(file, 0);
    await expect(trail.append(outcome)).rejects.toThrow("was cut");
    await trail.close();
    expect(readFileSync(file, "utf8")).toBe("");
  });

  it("lets go of its lock however it was lost", async () => {
    const { trail } = await running();
    truncateSync(file, 0);
    await trail.append(end).catch(() => undefined);
    await trail.close();
    await trail.close();
    rmSync(file);
    rmSync(`${file}.head`);
    await (await AuditTrail.open(file)).close();
  });
});

describe("what is no file of its own", () => {
  it("is refused: a folder, a file of something else, one with a second name", async () => {
    mkdirSync(file);
    expect(await refused()).toContain("cannot be kept in");
    expect(await refused()).toContain("which is a folder");
    writeFileSync(`${file}2`, "version: 1\n");
    expect(await refused(`${file}2`)).toContain("which holds something else");
    expect(readFileSync(`${file}2`, "utf8")).toBe("version: 1\n");
    await (await AuditTrail.open(`${file}3`)).close();
    linkSync(`${file}3`, `${file}4`);
    expect(await refused(`${file}4`)).toContain("has a second name");
    linkSync(`${file}3.head`, `${file}5.head`);
    expect(await refused(`${file}5`)).toContain("has a second name");
  });

  it.runIf(process.platform !== "win32")(
    "is refused: a device, a pipe, and neither waits for anybody",
    async () => {
      expect(await refused("/dev/null")).toContain(
        "/dev/null, which is not a regular file: nothing was revoked",
      );
      execFileSync("mkfifo", [file]);
      expect(await refused()).toContain("which is not a regular file");
      execFileSync("mkfifo", [`${file}2.head`]);
      expect(await refused(`${file}2`)).toContain("which is not a regular file");
    },
  );

  it("is refused: a link that leads nowhere, a link in place of the head", async () => {
    symlinkSync(path.join(folder, "nowhere"), file);
    expect(await refused()).toContain("is a link that leads nowhere");
    symlinkSync(file, file.replace("audit", "loop"));
    writeFileSync(`${file}2`, "important");
    symlinkSync(`${file}2`, `${file}3.head`);
    expect(await refused(`${file}3`)).toContain("which is not a regular file");
    expect(readFileSync(`${file}2`, "utf8")).toBe("important");
  });

  it("a link leads to the one record, with one lock and one head", async () => {
    mkdirSync(path.join(folder, "deep"));
    symlinkSync(path.join(folder, "deep"), path.join(folder, "way"));
    symlinkSync(file, path.join(folder, "deep", "link.jsonl"));
    const { trail } = await running();
    const opened: string[] = [];
    const second = AuditTrail.open(path.join(folder, "way", "link.jsonl")).then(async (other) => {
      opened.push("second");
      await other.append(end);
      await other.close();
    });
    await wait(300);
    expect(opened).toEqual([]);
    await trail.append(end);
    await trail.close();
    await second;
    expect(verified()).toMatchObject({ problems: [], runs: 2 });
  });
});

describe.runIf(process.platform !== "win32")("a record that another process writes", () => {
  /** A process that opens the record, writes a line, says so, and ends its run when it is told to. */
  async function other(): Promise<ChildProcess> {
    const program = path.join(folder, "other.mjs");
    const trail = JSON.stringify(new URL("../../src/audit/trail.ts", import.meta.url));
    writeFileSync(
      program,
      `import { AuditTrail } from ${trail};
      const trail = await AuditTrail.open(${JSON.stringify(file)});
      await trail.append(${JSON.stringify(revoking)});
      process.stdout.write("ready");
      process.stdin.once("data", async () => {
        await trail.append(${JSON.stringify(end)});
        await trail.close();
        process.exit();
      });`,
    );
    const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
    await new Promise((ready) => child.stdout!.once("data", ready));
    return child;
  }
  const ended = (child: ChildProcess) => new Promise((done) => child.once("exit", done));

  it("is its own while that is suspended, and until it has ended", async () => {
    const child = await other();
    const exit = ended(child);
    child.kill("SIGSTOP");
    let isOpen = false;
    const mine = AuditTrail.open(file).then((trail) => {
      isOpen = true;
      return trail;
    });
    await wait(300);
    expect(isOpen).toBe(false);
    child.kill("SIGCONT");
    child.stdin!.write("go on");
    const trail = await mine;
    await exit;
    await trail.append(end);
    await trail.close();
    expect(verified()).toMatchObject({ problems: [], notes: [], runs: 2, unfinished: 0 });
  });

  it("is free at once when that was killed", async () => {
    const child = await other();
    const exit = ended(child);
    child.kill("SIGKILL");
    await exit;
    const begun = performance.now();
    const trail = await AuditTrail.open(file);
    expect(performance.now() - begun).toBeLessThan(2_000);
    await trail.append(end);
    await trail.close();
    expect(verified()).toMatchObject({ problems: [], runs: 2, unfinished: 1, unanswered: 1 });
  });
});
