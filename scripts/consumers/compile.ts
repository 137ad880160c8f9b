import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** What of a TypeScript compiler is used; the same in all of them. */
interface Compiler {
  readonly version: string;
  convertCompilerOptionsFromJson(
    json: object,
    base: string,
  ): { readonly options: object; readonly errors: unknown[] };
  createCompilerHost(options: object): Host;
  createProgram(files: readonly string[], options: object, host: Host): Program;
  flattenDiagnosticMessageText(text: unknown, newLine: string): string;
}

interface Host {
  getSourceFile(name: string, how: unknown, ...more: unknown[]): SourceFile | undefined;
}

interface Program {
  getSourceFiles(): readonly SourceFile[];
  getSyntacticDiagnostics(file: SourceFile): readonly Diagnostic[];
  getSemanticDiagnostics(file: SourceFile): readonly Diagnostic[];
  getOptionsDiagnostics(): readonly Diagnostic[];
}

interface SourceFile {
  readonly fileName: string;
  readonly text: string;
}

interface Diagnostic {
  readonly file?: SourceFile;
  readonly start?: number;
  readonly code: number;
  readonly messageText: unknown;
}

/** The programs that docs/programs.md shows, in a language. */
export function shownPrograms(language: "ts" | "js"): string[] {
  const page = readFileSync(path.resolve(import.meta.dirname, "../../docs/programs.md"), "utf8");
  return [...page.matchAll(/^```(\w+)\n(.*?)^```/gms)].flatMap(([, of, text]) =>
    of === language ? [text!] : [],
  );
}

/** Compiler options of a program, as tsconfig.json has them, and the kinds of package that it can be of. */
export interface Setup {
  readonly name: string;
  readonly options: object;
  readonly kinds: readonly Kind[];
}

type Kind = "commonjs" | "module";
const BOTH: readonly Kind[] = ["commonjs", "module"];

/** What Pulumi compiles with where there is no tsconfig.json (cmd/run/run.js of @pulumi/pulumi 3.259), before TypeScript 4.7. */
const PULUMI_OLD: Setup = {
  name: "Pulumi's defaults",
  options: { target: "ES2020", module: "commonjs", moduleResolution: "node" },
  kinds: ["commonjs"],
};

/** The same since 4.7, and the tsconfig.json of `pulumi new typescript` (pulumi/templates, typescript/, November 2026). */
const PULUMI_NEW: readonly Setup[] = [
  {
    name: "Pulumi's defaults",
    options: { target: "ES2020", module: "nodenext", moduleResolution: "nodenext" },
    kinds: BOTH,
  },
  {
    name: "pulumi new typescript",
    options: {
      strict: true,
      target: "es2020",
      module: "nodenext",
      moduleResolution: "nodenext",
      experimentalDecorators: true,
      noFallthroughCasesInSwitch: true,
      noImplicitReturns: true,
      forceConsistentCasingInFileNames: true,
    },
    kinds: BOTH,
  },
  {
    name: "node16",
    options: { strict: true, target: "es2020", module: "node16", moduleResolution: "node16" },
    kinds: BOTH,
  },
];

/** What else programs are compiled with: the template as it was, and a bundler's. */
function others(major: number): Setup[] {
  // TypeScript 7 knows these no more.
  const old = major >= 6 ? { ignoreDeprecations: "6.0" } : {};
  const commonJs = { target: "es2016", module: "commonjs", moduleResolution: "node", strict: true, ...old };
  const bundler = { target: "es2022", module: "esnext", moduleResolution: "bundler", strict: true };
  return [
    { name: "commonjs and node", options: commonJs, kinds: ["commonjs"] },
    ...(major >= 5 ? [{ name: "bundler", options: bundler, kinds: ["module"] as const }] : []),
  ];
}

const RIGHT = `import * as pulumi from "@pulumi/pulumi";
import * as sanctioned from "sanctioned";
import { ConnectedUserPolicy, ConnectedUserPolicyArgs, SalesforceOrg, SalesforceOrgArgs } from "sanctioned";
import * as plugin from "sanctioned/plugin";
const args: ConnectedUserPolicyArgs = { policy: pulumi.output("policy.yaml") };
const login: SalesforceOrgArgs = { instanceUrl: "https://acme.my.salesforce.com", accessToken: pulumi.secret("x") };
const provider = new SalesforceOrg("acme", { ...login, concurrency: 2, policyRoot: ["policy"] }, { protect: true });
const made = new ConnectedUserPolicy("acme", args, { provider });
new sanctioned.ConnectedUserPolicy("other", { policy: { version: 1, apps: [] } });
const other = new plugin.Provider("other", { targetOrg: "acme", concurrency: 2 });
const served: plugin.ConnectedUserPolicy = new plugin.ConnectedUserPolicy("plugin", args, { provider: other });
export const drift: pulumi.Output<number> = served.drift;
export const resource: pulumi.Resource = made;
export const org: pulumi.Output<string> = made.org.apply(({ id, name }) => id + name);
export const counts: pulumi.Output<number>[] = [made.grants, made.revoked, made.reported, made.drift];
export const digest: pulumi.Output<string> = made.policyDigest;
export const head: pulumi.Output<string | undefined> = made.auditHead;
`;
const WRONG_HEAD = `import { ConnectedUserPolicy, SalesforceOrg } from "sanctioned";
declare const made: ConnectedUserPolicy;
`;
/** Each a mistake that only who reads the types finds. */
const WRONG: readonly string[] = [
  `new ConnectedUserPolicy("acme", { policy: 1 });`,
  `new ConnectedUserPolicy("acme");`,
  `new SalesforceOrg("acme", { concurrency: "two" });`,
  `new SalesforceOrg("acme", { acessToken: "x" });`,
  `import("sanctioned/plugin").then(({ Provider }) => new Provider("acme", { acessToken: "x" }));`,
  `made.org.apply((org: string[]) => org);`,
];

/**
 * Compiles programs that use the package in every way that a compiler knows.
 * @param folder with node_modules @param compiler its main file @returns what is not as it should be, a line each
 */
export function compilePrograms(folder: string, compiler: string): { version: string; wrong: string[] } {
  const ts = createRequire(import.meta.url)(compiler) as Compiler;
  const [major = 0, minor = 0] = ts.version.split(".").map(Number);
  const setups = major > 4 || (major === 4 && minor >= 7) ? [...PULUMI_NEW, ...others(major)] : [PULUMI_OLD];
  const parsed: Parsed = new Map();
  const wrong = setups.flatMap((setup) =>
    setup.kinds.flatMap((kind) =>
      errorsOf(ts, programOf(folder, kind), setup, parsed).map(
        (error) => `${ts.version}, ${setup.name}, ${kind}: ${error}`,
      ),
    ),
  );
  return { version: ts.version, wrong };
}

function programOf(folder: string, kind: Kind): string {
  const program = path.join(folder, kind);
  mkdirSync(program, { recursive: true });
  writeFileSync(path.join(program, "package.json"), JSON.stringify({ name: "acme", type: kind }));
  writeFileSync(path.join(program, "index.ts"), RIGHT);
  for (const [at, text] of shownPrograms("ts").entries())
    writeFileSync(path.join(program, `shown${at}.ts`), text);
  writeFileSync(path.join(program, "wrong.ts"), WRONG_HEAD + WRONG.map((line) => `${line}\n`).join(""));
  return program;
}

/** Files of packages, which are parsed once for all programs. */
type Parsed = Map<string, SourceFile | undefined>;

function hostWith(ts: Compiler, options: object, parsed: Parsed): Host {
  const host = ts.createCompilerHost(options);
  const parse = host.getSourceFile.bind(host);
  host.getSourceFile = (name, how, ...more) => {
    const key = `${name} ${JSON.stringify(how)}`;
    if (!parsed.has(key)) parsed.set(key, parse(name, how, ...more));
    return parsed.get(key);
  };
  return host;
}

/** What the compiler says of the program and of the package's declarations, but for what it should say. */
function errorsOf(ts: Compiler, program: string, setup: Setup, parsed: Parsed): string[] {
  const { options, errors } = ts.convertCompilerOptionsFromJson({ ...setup.options, noEmit: true }, program);
  if (errors.length > 0) return [`options are not taken: ${JSON.stringify(setup.options)}`];
  const made = ts.createProgram(
    readdirSync(program)
      .filter((name) => name.endsWith(".ts"))
      .map((name) => path.join(program, name)),
    options,
    hostWith(ts, options, parsed),
  );
  const own = made
    .getSourceFiles()
    .filter(
      ({ fileName }) => fileName.startsWith(`${program}/`) || fileName.includes("/node_modules/sanctioned/"),
    );
  const found = [
    ...made.getOptionsDiagnostics(),
    ...own.flatMap((file) => [...made.getSyntacticDiagnostics(file), ...made.getSemanticDiagnostics(file)]),
  ].map(({ file, start, code, messageText }) => ({
    file: path.basename(file?.fileName ?? ""),
    line: file?.text.slice(0, start).split("\n").length,
    text: `TS${code} ${ts.flattenDiagnosticMessageText(messageText, " ").slice(0, 160)}`,
  }));
  const head = WRONG_HEAD.split("\n").length;
  const taken = WRONG.filter(
    (_, at) => !found.some(({ file, line }) => file === "wrong.ts" && line === head + at),
  );
  return [
    ...found
      .filter(({ file }) => file !== "wrong.ts")
      .map(({ file, line, text }) => `${file}:${line} ${text}`),
    ...taken.map((line) => `takes ${line}`),
  ];
}
