import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { signErrors } from "./errors.ts";
import type { Signer } from "./signers.ts";
import { parseSignature, type SshSignature } from "./sshSignature.ts";

/** Somebody is asked for a passphrase, or to touch a key. */
const SIGN_MS = 10 * 60_000;
const VERIFY_MS = 20_000;
const LARGEST_OUTPUT = 1024 * 1024;

/** What ssh-keygen needs to reach an agent or a hardware key, and to ask for a passphrase; no credential of an org. */
const PASSED_ON = [
  "HOME",
  "USERPROFILE",
  "SSH_AUTH_SOCK",
  "SSH_ASKPASS",
  "SSH_ASKPASS_REQUIRE",
  "SSH_SK_PROVIDER",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "TERM",
  "SystemRoot",
] as const;

/**
 * Signs a text for a purpose, with a private key, or with the public one of a key that an agent holds.
 * @throws SettingsError where ssh-keygen is missing or too old, UserError where it does not sign
 */
export function sign(
  text: string,
  {
    key,
    namespace,
    env,
  }: { readonly key: string; readonly namespace: string; readonly env: NodeJS.ProcessEnv },
): SshSignature {
  const program = find(env);
  const passed = Object.fromEntries(PASSED_ON.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const args = ["-q", "-Y", "sign", "-f", path.resolve(key), "-n", namespace];
  // It asks on the terminal itself, not on its input, and says on standard error that a key is to be touched.
  const { status, output } = run(program, args, text, { env: passed, timeout: SIGN_MS, stderr: "inherit" });
  const signature = status === 0 ? parseSignature(output) : null;
  if (signature === null || signature.namespace !== namespace)
    throw signErrors["not-signed"]({ key, program });
  return signature;
}

/**
 * Whether a signature of a text is valid now, by a signer's lines of the allowed signers. ssh-keygen is handed copies of what
 * was read, so that nothing can be put in its place meanwhile.
 * @param lines of the key that signed, which may have several
 * @returns null where it is, else why not
 * @throws SettingsError where ssh-keygen is missing, too old or does not work
 */
export function verify(
  text: string,
  signature: SshSignature,
  {
    namespace,
    lines,
    env,
  }: { readonly namespace: string; readonly lines: readonly Signer[]; readonly env: NodeJS.ProcessEnv },
): string | null {
  const program = find(env);
  const folder = temporaryFolder();
  try {
    const [allowed, signed] = [path.join(folder, "allowed_signers"), path.join(folder, "signature")];
    writeFileSync(signed, signature.armored, { flag: "wx", mode: 0o600 });
    let why = "";
    for (const [i, line] of lines.entries()) {
      const file = `${allowed}.${i}`;
      writeFileSync(file, `${line.text}\n`, { flag: "wx", mode: 0o600 });
      const principal = line.principals[0]!;
      const answer = run(
        program,
        ["-Y", "verify", "-f", file, "-I", principal, "-n", namespace, "-s", signed],
        text,
        { env: {}, timeout: VERIFY_MS, stderr: "pipe" },
      );
      if (answer.status === 0 && isGood(answer.output, namespace, principal, line.fingerprint)) return null;
      why = reasonOf(answer.said) || "ssh-keygen does not say that it is good";
    }
    return why;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of this user alone (0700). @throws SettingsError where there is none to be had */
function temporaryFolder(): string {
  try {
    return mkdtempSync(path.join(tmpdir(), "sanctioned-"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw signErrors["no-temporary-folder"]({ folder: tmpdir(), why: code });
  }
}

/** An exit code alone could be that of any program which goes by the name. */
function isGood(output: string, namespace: string, principal: string, fingerprint: string): boolean {
  const line = output.split(/\r?\n/).find((one) => one !== "") ?? "";
  return (
    line.startsWith(`Good "${namespace}" signature for ${principal} with `) &&
    line.endsWith(` key ${fingerprint}`)
  );
}

/** The program, by its whole path: never one in the folder of the run, nor one that a package brought. @throws SettingsError */
function find({ PATH = "", Path = "" }: NodeJS.ProcessEnv): string {
  const name = process.platform === "win32" ? "ssh-keygen.exe" : "ssh-keygen";
  for (const folder of (PATH || Path).split(path.delimiter)) {
    if (!path.isAbsolute(folder) || folder.split(path.sep).includes("node_modules")) continue;
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not there, or not for us: the next folder may have it.
    }
  }
  throw signErrors["ssh-keygen-missing"]();
}

function run(
  program: string,
  args: readonly string[],
  input: string,
  {
    stderr: shown,
    ...how
  }: { readonly env: NodeJS.ProcessEnv; readonly timeout: number; readonly stderr: "pipe" | "inherit" },
): { readonly status: number | null; readonly output: string; readonly said: string } {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...how,
    input,
    stdio: ["pipe", "pipe", shown],
    killSignal: "SIGKILL",
    maxBuffer: LARGEST_OUTPUT,
    encoding: "utf8",
    shell: false,
    windowsHide: true,
  });
  const said = stderr ?? "";
  if (error !== undefined && (error as NodeJS.ErrnoException).code !== "EPIPE")
    throw signErrors["ssh-keygen-failed"]({ file: program, why: failure(error, how.timeout), cause: error });
  if (/unsupported operation for -Y|(?:illegal|unknown|invalid) option -- '?Y/i.test(said))
    throw signErrors["ssh-keygen-too-old"]({ file: program });
  return { status, output: stdout ?? "", said };
}

function failure(error: NodeJS.ErrnoException, timeout: number): string {
  return error.code === "ETIMEDOUT"
    ? `it did not end within ${timeout / 1000} seconds`
    : (error.code ?? error.message);
}

/** What ssh-keygen says of a signature that it refuses, without the name of our copy. */
function reasonOf(said: string): string {
  const line = said
    .split(/\r?\n/)
    .find((one) => /expired|not yet valid|incorrect|namespace|match|invalid|error/i.test(one));
  return (line ?? lastLine(said)).replace(/^\S*allowed_signers\.\d+:\d+: /, "");
}

function lastLine(said: string): string {
  return said.trim().split(/\r?\n/).at(-1)?.trim() ?? "";
}
