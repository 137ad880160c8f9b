#!/usr/bin/env node
// Starts the provider plugin on a Node that can run it. Pulumi finds it as pulumi-resource-sanctioned: in node_modules/.bin,
// where npm puts that name, or beside this file, where Pulumi.yaml names the folder.
import { fileURLToPath } from "node:url";
import { launch } from "./launch.js";

await launch("plugin/main", fileURLToPath(import.meta.url));
