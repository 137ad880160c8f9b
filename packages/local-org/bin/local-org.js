#!/usr/bin/env node
import { load } from "./entry.cjs";

await load("command").main(process.argv.slice(2));
