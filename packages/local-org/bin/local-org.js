#!/usr/bin/env node
import { load, refusal } from "./entry.cjs";

if (refusal === null) {
  await load("command").main(process.argv.slice(2));
} else {
  console.error(refusal);
  process.exitCode = 1;
}
