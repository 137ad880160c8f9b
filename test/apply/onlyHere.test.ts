import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

/** Files of src that name something, by their room. */
function rooms(name: RegExp): string[] {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return [
    ...new Set(
      files
        .filter((file) => name.test(readFileSync(path.join("src", file), "utf8")))
        .map((file) => file.split(path.sep)[0]!),
    ),
  ].sort();
}

it("only apply uses what could revoke; salesforce and http have it to give", () => {
  expect(rooms(/queryForRevocation|deleteForRevocation|orgPost/)).toEqual(["apply", "http", "salesforce"]);
  expect(rooms(/services\/oauth2\/revoke/)).toEqual(["apply"]);
});

it("only the provider, `sanctioned revoke` and `sanctioned watch` apply a plan", () => {
  const callers = ["cli", "pulumi"].flatMap((room) =>
    readdirSync(path.join("src", room), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .filter((file) => /run\/revokeOnRecord\.ts/.test(readFileSync(path.join("src", room, file), "utf8"))),
  );
  expect(callers).toEqual([
    path.join("verbs", "revoke.ts"),
    path.join("verbs", "watch.ts"),
    path.join("provider.ts"),
  ]);
});
