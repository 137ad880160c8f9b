#!/usr/bin/env node
// Starts the CLI on a Node that can run it.
import { fileURLToPath } from "node:url";
import { launch } from "./launch.js";

await launch("cli/main", fileURLToPath(import.meta.url));
