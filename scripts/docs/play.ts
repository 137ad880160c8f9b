import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { startRegistry } from "../consumers/registry.ts";
import { packTarballs } from "../consumers/tarballs.ts";
import { beginOrg } from "./beginOrg.ts";
import { typedIn } from "./lines.ts";
import { readPage, type ShellBlock } from "./page.ts";
import { PlayError, Stage, type Typed } from "./stage.ts";
import type { Place, Section, Story } from "./stories.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const run = promisify(execFile);
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

export interface PlayOptions {
  /** Whether `npx sanctioned` is the program itself, without npx's own second. */
  readonly isQuick?: boolean;
  readonly say?: (line: string) => void;
}

/** Plays a story from its beginning, each command as it is printed. @throws PlayError */
export async function playStory(
  story: Story,
  home: string,
  { isQuick = false, say = () => {} }: PlayOptions = {},
): Promise<Stage["played"]> {
  const place = await placeOf(story, home);
  const env = { ...machine(home, isQuick), ...(story.in === "package" ? await registryFor(place) : {}) };
  const stage = new Stage(path.join(home, "terminal"), place.folder, env, say);
  const interrupted = () => void stage.close().then(() => process.exit(130));
  for (const signal of SIGNALS) process.once(signal, interrupted);
  try {
    for (const section of story.sections) await playSection(section, stage, place);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    await stage.close();
    for (const close of place.toClose) await close();
  }
  return stage.played;
}

async function playSection(section: Section, stage: Stage, place: Place): Promise<void> {
  const says = { ...section.says, ...(await section.before?.(stage, place)) };
  for (const block of blocksOf(section))
    for (const printed of typedIn(block.text)) {
      const command = replaced(printed, says);
      if (/^npx (sanctioned simulator|local-org)( +[-#]|$)/.test(command)) await beginOrg(command, stage);
      else await stage.type(command, howTyped(command, section));
    }
}

/** The blocks of a section that are played. @throws PlayError where there are none */
export function blocksOf({ page, section }: Section): ShellBlock[] {
  const blocks = readPage(page).blocks.filter(
    (block) => block.section === section && block.notPlayed === null,
  );
  if (blocks.length === 0) throw new PlayError(`${page} has no commands to play under #${section}`);
  return blocks;
}

function howTyped(command: string, { typed = {} }: Section): Typed {
  const [, how] =
    Object.entries(typed)
      .filter(([begins]) => command.startsWith(begins))
      .sort(([a], [b]) => b.length - a.length)[0] ?? [];
  return how ?? {};
}

/** A text of which the placeholders are what a reader puts there. */
export function replaced(text: string, says: Readonly<Record<string, string>>): string {
  return Object.entries(says).reduce((so, [printed, said]) => so.replaceAll(printed, said), text);
}

async function placeOf(story: Story, home: string): Promise<Place> {
  const folder = path.join(home, story.in === "package" ? "work" : "clone");
  if (story.in === "package") {
    mkdirSync(folder, { recursive: true });
    return { home, folder, toClose: [] };
  }
  await run("git", ["clone", "-q", "--no-hardlinks", ROOT, folder]);
  // What `npm ci` makes of it, without the download.
  if (story.in === "clone") symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
  return { home, folder, toClose: [] };
}

/** A registry that has our packages as they are packed now, and sends on who asks for others. */
async function registryFor({ home, toClose }: Place): Promise<NodeJS.ProcessEnv> {
  const upstream = (await run("npm", ["config", "get", "registry"])).stdout.trim().replace(/\/$/, "");
  const registry = await startRegistry(await packTarballs(), upstream);
  toClose.push(registry.close);
  // What was downloaded before serves again; what npx installed before does not, for it may be of another build.
  const cache = path.join(home, "cache");
  mkdirSync(cache);
  symlinkSync(path.join(npmCache(), "_cacache"), path.join(cache, "_cacache"));
  return {
    npm_config_registry: registry.url,
    npm_config_cache: cache,
    // The packages want a current Node, as the README says.
    PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
  };
}

/** What a machine has set: a home without logins, and the engine and the packages that were fetched before. */
function machine(home: string, isQuick: boolean): NodeJS.ProcessEnv {
  const user = path.join(home, "user");
  mkdirSync(user, { recursive: true });
  const programs = [...(isQuick ? [shortcut(home)] : []), process.env.PATH];
  // How the machine gets to a registry is its own affair.
  const network = Object.entries(process.env).filter(([name]) =>
    /^(npm_config_.*|node_extra_ca_certs|ssl_cert_.*|(https?|no|all)_proxy)$/i.test(name),
  );
  return {
    ...Object.fromEntries(network),
    npm_config_userconfig: process.env.npm_config_userconfig ?? path.join(homedir(), ".npmrc"),
    PATH: programs.join(path.delimiter),
    HOME: user,
    PULUMI_HOME: process.env.PULUMI_HOME ?? path.join(homedir(), ".pulumi"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    npm_config_cache: npmCache(),
    SANCTIONED_REVOKES_PER_SECOND: "1000",
    NO_COLOR: "1",
  };
}

function npmCache(): string {
  return process.env.npm_config_cache ?? path.join(homedir(), ".npm");
}

/** An `npx` that starts the program of a checkout itself. */
function shortcut(home: string): string {
  const folder = path.join(home, "bin");
  mkdirSync(folder, { recursive: true });
  const npx = path.join(folder, "npx");
  writeFileSync(
    npx,
    `#!/bin/sh\nPATH="$PWD/node_modules/.bin:$PATH"\n[ "$1" = sanctioned ] || exec "./node_modules/.bin/$@"\nshift\nexec ${process.execPath} bin/sanctioned.js "$@"\n`,
  );
  chmodSync(npx, 0o755);
  return folder;
}
