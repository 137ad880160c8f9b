import { SETTING_KEYS, type Settings } from "../salesforce/credentials.ts";

/** Reads the settings from the stack's config, with secrets in the clear: never to be stored or logged. */
export function settingsFromConfig(config: { get(key: string): string | undefined }): Settings {
  return Object.fromEntries(
    SETTING_KEYS.map((key) => [key, config.get(key)] as const).filter(
      ([, value]) => value !== undefined && value !== "",
    ),
  );
}
