import { PlayError, type Stage } from "./stage.ts";

/** Starts the local org in a terminal of its own, and does in this one what it says. */
export async function beginOrg(command: string, stage: Stage): Promise<void> {
  const last = /local-org/.test(command) ? /^export SF_ACCESS_TOKEN=.*\n/m : /^npx pulumi preview.*\n/m;
  const printed = await stage.begin(command, last);
  const exports = printed.split("\n").filter((line) => line.startsWith("export "));
  if (exports.length === 0) throw new PlayError(`\`${command}\` printed nothing to export:\n${printed}`);
  await stage.type(exports.join("\n"));
}
