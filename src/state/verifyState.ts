import type { ErrorText } from "../errors.ts";
import { withoutSecrets } from "../secrets.ts";
import { stateErrors } from "./errors.ts";
import { type ExportedState, type Members, valuesIn } from "./exportedState.ts";
import { PROVIDER_TEXT } from "./providerText.ts";

/** The parts of a state that hold nothing that runs (apitype.DeploymentV3 of Pulumi 3.259), but for the resources. */
const PARTS: ReadonlySet<string> = new Set([
  "manifest",
  "secrets_providers",
  "resources",
  "pending_operations",
  "metadata",
]);

const DYNAMIC_PROVIDER = "pulumi:providers:pulumi-nodejs";

/** This package's own plugin and its resource, which hold no code. */
const OWN_PLUGIN: ReadonlySet<string> = new Set([
  "pulumi:providers:sanctioned",
  "sanctioned:index:ConnectedUserPolicy",
]);

/**
 * What a provider resource says of its plugin (resource/deploy/providers/registry.go of Pulumi 3.259): where it is downloaded
 * from, which one it is, and which variables it finds under which names.
 */
const PLUGIN_KEYS = ["pluginDownloadURL", "parameterization", "name", "envVarMappings"];

/** What marks a value as secret in a state (apitype.SecretV1). */
const SECRET = "4dabf18193072939515e22adb298388d";

/** The secret settings of a connection, where config that was set without --secret holds them, or a provider of the plugin. */
const SECRET_SETTING = /(?:^|:)(?:accessToken|clientSecret|privateKey)$/;

/**
 * What in a state is not this package's: code that would run, plugins that would be started, secrets in the clear. Empty where
 * nothing is. Pulumi runs `__provider` as it stands in the state whenever it refreshes or deletes a resource, with the provider's
 * environment; so nothing but the very text that this package writes may stand there. Pure; no value of the state is returned
 * but names and types of its resources.
 * @param allow types of other resources that the program makes
 */
export function verifyState(state: ExportedState, allow: readonly string[]): ErrorText[] {
  const { resources, pending_operations, ...rest } = state.parts;
  const unknown = Object.entries(rest).filter(([part, value]) => !PARTS.has(part) && !isEmpty(value));
  return [
    ...unknown.map(([part]) => stateErrors["state-part-unknown"].says({ part })),
    ...(holdsSecret(rest) ? [stateErrors["state-secret-plain"].says({ resource: "the state itself" })] : []),
    ...state.resources.flatMap((resource) => resourceFindings(resource, new Set(allow))),
  ];
}

function resourceFindings(resource: Members, allow: ReadonlySet<string>): ErrorText[] {
  const urn = String(resource.urn);
  const type = String(resource.type);
  const said = { resource: urn };
  const parts = (["inputs", "outputs"] as const).filter((part) => resource[part] !== undefined);
  const findings: ErrorText[] = [];
  if (typeOf(urn) !== type) findings.push(stateErrors["state-type-unclear"].says(said));
  if (resource.custom !== false && !isKnown(type) && !allow.has(type))
    findings.push(stateErrors["state-foreign-type"].says({ ...said, type }));
  for (const part of parts) {
    if (hasForeignCode(resource[part], isDynamic(type)))
      findings.push(stateErrors["state-foreign-code"].says({ ...said, part }));
    if (namesPlugin(type, resource[part]))
      findings.push(stateErrors["state-plugin-named"].says({ ...said, part }));
  }
  if (isDynamic(type) && !parts.includes("inputs"))
    findings.push(stateErrors["state-foreign-code"].says({ ...said, part: "inputs" }));
  if (holdsSecret(resource)) findings.push(stateErrors["state-secret-plain"].says(said));
  return findings;
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`; a name may hold `::` too. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function isDynamic(type: string): boolean {
  return type.startsWith("pulumi-nodejs:");
}

/** Those of the engine itself and of this package's plugin, and dynamic resources, which the code in them says all of. */
function isKnown(type: string): boolean {
  return (
    isDynamic(type) ||
    type.startsWith("pulumi:pulumi:") ||
    type === "pulumi:providers:pulumi" ||
    type === DYNAMIC_PROVIDER ||
    OWN_PLUGIN.has(type)
  );
}

/** The code of a resource of any type counts: which provider gets it, the resource says besides its type. */
function hasForeignCode(properties: unknown, isNeeded: boolean): boolean {
  let found = false;
  for (const { key, value } of valuesIn(properties)) {
    if (key !== "__provider") continue;
    if (value !== PROVIDER_TEXT) return true;
    found = true;
  }
  return isNeeded && !found;
}

/** The settings of the dynamic provider are the stack's config, with a namespace before each key. */
function namesPlugin(type: string, properties: unknown): boolean {
  if (!type.startsWith("pulumi:providers:")) return false;
  const own = (properties ?? {}) as Members;
  if (type === DYNAMIC_PROVIDER) return Object.keys(own).some((key) => !key.includes(":"));
  const named = Object(own.__internal ?? own);
  return PLUGIN_KEYS.some((key) => key in named);
}

function holdsSecret(tree: unknown): boolean {
  for (const { key, value } of valuesIn(tree)) {
    if (isSecret(key)) return true;
    if (typeof value === "string" && (isSecret(value) || SECRET_SETTING.test(key))) return true;
    if (typeof value === "object" && value !== null && SECRET in value && "plaintext" in value) return true;
  }
  return false;
}

function isSecret(text: string): boolean {
  return withoutSecrets(text) !== text;
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === "object" && Object.keys(value as object).length === 0);
}
