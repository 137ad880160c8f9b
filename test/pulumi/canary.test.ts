import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { expect, it } from "vitest";
import { PulumiProject } from "./pulumiRun.ts";

it("law 7: no token reaches state, plan file, log, output or a process's arguments", async () => {
  const org = await startLocalOrg({
    org: dieppeTrading(),
    faults: [
      { kind: "status", match: "/revoke", username: "ada.weber@dieppe.example", status: 500 },
      { kind: "latency", match: "/revoke", ms: 150 },
    ],
  });
  const secrets = org.store
    .grants()
    .flatMap(({ AccessToken, RequestToken, DeleteToken }) =>
      [AccessToken, RequestToken, DeleteToken].map(String),
    );
  const project = await PulumiProject.create({
    SF_ORG_INSTANCE_URL: org.url,
    SF_ACCESS_TOKEN: org.accessToken,
  });
  try {
    const texts: string[] = [];
    texts.push((await project.run("preview", "--diff", "--json", "--save-plan", "plan.json")).output);
    // What is known to show the secrets of the config (docs/state.md) shows nothing of the environment.
    const loud = { PULUMI_DEBUG_GRPC: path.join(project.folder, "grpc.json") };
    const args = ["--logtostderr", "-v=9", "--tracing", `file:${path.join(project.folder, "trace")}`];
    texts.push((await project.runWith(loud, "preview", "--diff", ...args)).output);
    texts.push(await project.read("grpc.json"), await project.read("trace"));
    for (const text of texts.slice(-2)) expect(text).toContain("ResourceProvider/Configure");
    const watching = setInterval(() => texts.push(processArguments()), 50);

    texts.push((await project.run("up", "--yes", "--skip-preview", "--logtostderr", "-v=9")).output);
    clearInterval(watching);
    texts.push(
      (await project.run("stack", "export", "--show-secrets")).output,
      await project.read("plan.json"),
      await project.state(),
    );

    const everything = texts.join("\n");
    expect(texts.length).toBeGreaterThan(7);
    expect(everything).toContain("12 revocations planned");
    for (const secret of [...secrets, org.accessToken]) expect(everything.includes(secret)).toBe(false);
    // Files that the engine left beside the project, whatever their names.
    for (const file of readdirSync(project.folder, { recursive: true, withFileTypes: true })) {
      if (!file.isFile() || file.parentPath.includes("node_modules")) continue;
      const text = readFileSync(path.join(file.parentPath, file.name), "utf8");
      expect(secrets.some((secret) => text.includes(secret)) || text.includes(org.accessToken)).toBe(false);
    }
  } finally {
    await project.remove();
    await org.close();
  }
});

/** The arguments of every process of this machine, as other users could see them. */
function processArguments(): string {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return ""; // it ended in the meantime
      }
    })
    .join("\n");
}
