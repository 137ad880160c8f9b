/** `npm run setup`: makes available what `npm test` needs besides the packages, and says where each is. */

import { ensureChromium } from "./chromium.ts";
import { ensureLanguages, languages } from "./engine/languages.ts";
import { shownOrThrown } from "./scriptError.ts";

const say = (line: string) => console.log(`chromium: ${line}, which takes root`);

for (const [what, ensured] of [
  ["engine", () => ensureLanguages(languages)],
  ["chromium", () => ensureChromium({ mayInstall: true, say })],
] as const) {
  try {
    console.log(`${what}: ${await ensured()}`);
  } catch (error) {
    console.error(`${what}: ${shownOrThrown(error)}`);
    process.exitCode = 1;
  }
}
