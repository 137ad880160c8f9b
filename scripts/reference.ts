/** `npm run reference`: writes docs/reference.md and the page for `man` from the verbs, docs/errors.md from the errors. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { program } from "../src/cli/program.ts";
import { referenceMan, referenceMarkdown } from "../src/cli/reference.ts";
import { declaredErrors, errorsMarkdown } from "./errorsPage.ts";

const root = path.resolve(import.meta.dirname, "..");
const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
mkdirSync(path.join(root, "man"), { recursive: true });
writeFileSync(path.join(root, "docs/reference.md"), referenceMarkdown(program()));
writeFileSync(path.join(root, "man/sanctioned.1"), referenceMan(program(), version));
writeFileSync(path.join(root, "docs/errors.md"), errorsMarkdown(await declaredErrors()));
