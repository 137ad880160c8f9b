/** Adds runs to a history, and says after each that it is there: for tests that start several of it, and end them in the middle. */
import { historyOf } from "../../../src/fleet/history/history.ts";
import { largeRun } from "./runs.ts";

const [file = "", day = "", count = "0", orgs = "300"] = process.argv.slice(2);
const history = await historyOf(file);
for (let i = 0; i < Number(count); i++) {
  history.add(largeRun(Number(orgs), `${day}T06:00:00.${String(i).padStart(3, "0")}Z`));
  process.stdout.write(".");
}
