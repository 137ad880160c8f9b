/** `npm run reference`: writes docs/reference.md from the verbs, docs/errors.md from the errors. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { program } from "../src/cli/program.ts";
import { referenceMarkdown } from "../src/cli/reference.ts";
import { declaredErrors, errorsMarkdown } from "./errorsPage.ts";

const root = path.resolve(import.meta.dirname, "..");
writeFileSync(path.join(root, "docs/reference.md"), referenceMarkdown(program()));
writeFileSync(path.join(root, "docs/errors.md"), errorsMarkdown(await declaredErrors()));
