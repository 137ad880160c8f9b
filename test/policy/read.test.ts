import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { PolicyError } from "../../src/policy/problem.ts";
import { readPolicy } from "../../src/policy/read.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sanctioned-policy-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("a policy is read relative to the folder and keeps its name as given", async () => {
  await writeFile(path.join(folder, "good.yaml"), "version: 1\nunlisted: report\napps: []\n");
  expect(readPolicy("good.yaml", folder)).toMatchObject({
    file: "good.yaml",
    unlisted: { value: "report" },
  });
});

it("all problems are in one error", async () => {
  await writeFile(path.join(folder, "bad.yaml"), "version: 2\nunlisted: no\napps: []\n");
  expect(() => readPolicy("bad.yaml", folder)).toThrow(PolicyError);
  expect(() => readPolicy("bad.yaml", folder)).toThrow(/bad\.yaml:1:10: .*bad\.yaml:2:11: /s);
});

it("a file that is not UTF-8 is refused, since its names could be read as others", async () => {
  await writeFile(path.join(folder, "latin.yaml"), Buffer.from("# Caf\u00e9\nversion: 1\n", "latin1"));
  await writeFile(path.join(folder, "wide.yaml"), Buffer.from("\uFEFFversion: 1\n", "utf16le"));
  for (const file of ["latin.yaml", "wide.yaml"]) {
    expect(() => readPolicy(file, folder)).toThrow(UserError);
    expect(() => readPolicy(file, folder)).toThrow(
      `${file}: the policy file is not UTF-8 text; save it with that encoding`,
    );
  }
});

it("a file below a file is not there", async () => {
  await writeFile(path.join(folder, "plain"), "");
  expect(() => readPolicy("plain/x.yaml", folder)).toThrow("plain/x.yaml: the policy file does not exist");
});
