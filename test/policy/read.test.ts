import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { PolicyError } from "../../src/policy/problem.ts";
import { acceptPolicyObject, readPolicy } from "../../src/policy/read.ts";
import { readUnlinked } from "../../src/regularFile.ts";

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

/** What a policy is refused with; "" where it is right. */
function refusal(file: string, within = folder): string {
  try {
    readPolicy(file, within);
    return "";
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
    throw error;
  }
}

const GOOD = "version: 1\nunlisted: report\napps: []\n";
const SECRET = "AWS_SECRET: hunter2\n";
let count = 0;

/** A folder of its own with a policy below it that adds to another, and a file beside it that is no business of theirs. */
async function layout(named: string, files: Readonly<Record<string, string>> = {}, key = "extends") {
  const root = path.join(folder, `case-${++count}`);
  await mkdir(path.join(root, "policy/deep"), { recursive: true });
  const own = `version: 1\nunlisted: report\napps: []\n${key}: ${named}\n`;
  const all = { "policy/own.yaml": own, "secret.yaml": SECRET, "base.yaml": GOOD, ...files };
  for (const [file, text] of Object.entries(all)) await writeFile(path.join(root, file), text);
  return root;
}

it("a file that is not UTF-8 is refused at its line, since its names could be read as others", async () => {
  await writeFile(path.join(folder, "latin.yaml"), Buffer.from("version: 1\n# Caf\u00e9\n", "latin1"));
  await writeFile(path.join(folder, "wide.yaml"), Buffer.from("\uFEFFversion: 1\n", "utf16le"));
  await writeFile(path.join(folder, "end.yaml"), Buffer.from([0x61, 0x0a, 0x0a, 0xe2, 0x82]));
  for (const [file, line] of [
    ["latin.yaml", 2],
    ["wide.yaml", 1],
    ["end.yaml", 3],
  ] as const) {
    expect(() => readPolicy(file, folder)).toThrow(UserError);
    expect(refusal(file)).toContain(
      `${file}:${line}:1: the policy file is not UTF-8 text; save it with that encoding`,
    );
  }
});

describe("a policy that is no regular file of its folder is refused before it is read", () => {
  it.each([
    ["a pipe, which would never end", "pipe.yaml", "is not a regular file"],
    ["a device, which has no end", "/dev/zero", "is not a regular file"],
    ["a folder", "sub.yaml", "is a folder"],
    ["a link to itself", "loop.yaml", "is a link that leads to itself"],
    ["a link to nowhere", "dangling.yaml", "is a link that leads nowhere"],
    ["a link out of its folder", "out.yaml", "is behind a link that leads out of its folder"],
    ["a link to the folder above", "above.yaml", "is behind a link that leads out of its folder"],
    ["a link to a folder elsewhere", "elsewhere/good.yaml", "is behind a link that leads out of its folder"],
    ["3 GB", "huge.yaml", "is larger than 1 MiB"],
    ["a name with a null byte", "a\0.yaml", "is no name of a file"],
    ["a name that no system takes", "x".repeat(5000), "has a name that is too long"],
  ])("%s", async (_case, file, why) => {
    const root = await layout("base.yaml");
    const within = path.join(root, "policy");
    execFileSync("mkfifo", [path.join(within, "pipe.yaml")]);
    await mkdir(path.join(within, "sub.yaml"));
    await symlink("loop.yaml", path.join(within, "loop.yaml"));
    await symlink("nothing.yaml", path.join(within, "dangling.yaml"));
    await symlink("../base.yaml", path.join(within, "out.yaml"));
    await symlink("..", path.join(within, "above.yaml"));
    await mkdir(path.join(root, "other"));
    await writeFile(path.join(root, "other/good.yaml"), GOOD);
    await symlink("../other", path.join(within, "elsewhere"));
    await writeFile(path.join(within, "huge.yaml"), "");
    await truncate(path.join(within, "huge.yaml"), 3 * 1024 ** 3);
    expect(refusal(file, within)).toContain(`the policy file ${why};`);
  });

  it("but one that is named above the folder of the run is read", async () => {
    const root = await layout("base.yaml");
    expect(refusal("../base.yaml", path.join(root, "policy"))).toBe("");
  });

  it("but a link within the folder is followed, as a mounted ConfigMap has them, and so is what it extends", async () => {
    const root = await layout("deep/base.yaml", { "policy/deep/base.yaml": GOOD });
    await rename(path.join(root, "policy"), path.join(root, "..2026"));
    await symlink("..2026", path.join(root, "..data"));
    await symlink("..data/own.yaml", path.join(root, "own.yaml"));
    expect(refusal("own.yaml", root)).toBe("");
    expect(refusal(path.join(root, "own.yaml"), "/")).toBe("");
  });
});

describe.each(["extends", "baseline"])("a file that `%s` names", (key) => {
  it.each([
    ["above the folder", "../secret.yaml"],
    ["by its whole path", "/proc/self/environ"],
    ["up from a folder below", "deep/../../secret.yaml"],
    ["as Windows would have it", "'..\\secret.yaml'"],
    ["on another drive", "C:secret.yaml"],
  ])("%s is refused by its name, and nothing of it is shown", async (_case, named) => {
    const said = refusal("policy/own.yaml", await layout(named, {}, key));
    expect(said).toContain(`policy/own.yaml:4:${key.length + 3}: \`${key}\` names `);
    expect(said).toContain("which is not in the policy's folder; put the file into that folder");
    expect(said).not.toMatch(/hunter2|PATH=/);
  });

  it("with a null byte in its name is refused at its line", async () => {
    const root = await layout('"\\0"', {}, key);
    expect(refusal("policy/own.yaml", root)).toContain(`policy/own.yaml:4:${key.length + 3}: `);
  });

  it("with a name that no system takes is refused at its line", async () => {
    const root = await layout("x".repeat(5000), {}, key);
    expect(refusal("policy/own.yaml", root)).toContain("has a name that is too long");
  });

  it("behind a link, wherever that leads, is refused unread", async () => {
    const root = await layout("link.yaml", { "policy/deep/base.yaml": GOOD }, key);
    await symlink("../secret.yaml", path.join(root, "policy/link.yaml"));
    expect(refusal("policy/own.yaml", root)).toContain(
      "the file policy/link.yaml is behind a link; put the file itself in the policy's folder",
    );
    await rm(path.join(root, "policy/link.yaml"));
    await symlink("deep", path.join(root, "policy/link.yaml"));
    await writeFile(path.join(root, "policy/own.yaml"), `${GOOD}${key}: link.yaml/base.yaml\n`);
    expect(refusal("policy/own.yaml", root)).toContain("policy/link.yaml/base.yaml is behind a link");
  });

  it("that is a pipe, a folder or 3 GB is refused before it is read", async () => {
    const root = await layout("pipe.yaml", {}, key);
    execFileSync("mkfifo", [path.join(root, "policy/pipe.yaml")]);
    expect(refusal("policy/own.yaml", root)).toContain("policy/pipe.yaml is not a regular file");
    await writeFile(path.join(root, "policy/own.yaml"), `${GOOD}${key}: deep\n`);
    expect(refusal("policy/own.yaml", root)).toContain("policy/deep is a folder");
    await writeFile(path.join(root, "policy/deep/huge.yaml"), "");
    await truncate(path.join(root, "policy/deep/huge.yaml"), 3 * 1024 ** 3);
    await writeFile(path.join(root, "policy/own.yaml"), `${GOOD}${key}: deep/huge.yaml\n`);
    expect(refusal("policy/own.yaml", root)).toContain("policy/deep/huge.yaml is larger than 1 MiB; keep it");
  });

  it.each([
    ["a file of settings", "AWS_SECRET: hunter2\n"],
    ["one that is no YAML", "[default]\naws_secret = 'hunter2\n\t: x\n"],
    ["a JSON file", '{"auths": {"registry": {"auth": "hunter2"}}, "version": "2"}'],
    ["settings with a version deep inside", "secrets:\n  version: 1\n  aws_secret: hunter2\n"],
    ["a key", "-----BEGIN PRIVATE KEY-----\nhunter2\n"],
  ])("that is no policy but %s is refused, and nothing of it is shown", async (_case, text) => {
    const said = refusal("policy/own.yaml", await layout("other", { "policy/other": text }, key));
    expect(said).toContain(`\`${key}\` names policy/other, which has no line \`version: 1\``);
    expect(said).not.toMatch(/hunter2|aws_secret|BEGIN/);
  });

  it("is not UTF-8 in a line that is said", async () => {
    const root = await layout("latin.yaml", {}, key);
    await writeFile(path.join(root, "policy/latin.yaml"), Buffer.from("version: 1\n# \u00e9\n", "latin1"));
    expect(refusal("policy/own.yaml", root)).toContain("the file policy/latin.yaml:2 is not UTF-8 text");
  });
});

it("what a program's own policy names is in the program's folder", async () => {
  const root = await layout("");
  const policy = (name: string) => () => acceptPolicyObject({ version: 1, extends: name }, root);
  expect(policy("base.yaml")).not.toThrow();
  expect(policy("../secret.yaml")).toThrow(/not in the policy's folder/);
  expect(policy("a\0")).toThrow(PolicyError);
});

it("a file below a file is not there", async () => {
  await writeFile(path.join(folder, "plain"), "");
  expect(() => readPolicy("plain/x.yaml", folder)).toThrow("plain/x.yaml: the policy file does not exist");
});

describe("nothing of a file that is not under review is shown", () => {
  const SHAPED = "version: 1\nunlisted: report\napps: []\n";

  it.each([
    ["a file of settings that calls itself version 1", "version: 1\naws_secret: hunter2\n"],
    ["one with the secret as a value", "version: 1\nunlisted: hunter2\napps: []\n"],
    ["one with the secret as a key", "version: 1\nunlisted: report\napps: []\nhunter2: 1\n"],
    ["one that is not YAML further down", "version: 1\nhunter2\n\t: x\n"],
    ["one that says a key twice", "version: 1\nhunter2: 1\nhunter2: 1\n"],
    ["one with a tag", "version: 1\nunlisted: !hunter2 x\napps: []\n"],
  ])("%s", async (_case, text) => {
    for (const key of ["extends", "baseline"]) {
      const said = refusal("policy/own.yaml", await layout("other", { "policy/other": text }, key));
      expect(said).toMatch(
        new RegExp(
          `own\\.yaml:4:\\d+: \`${key}\` names policy/other, which has problems \\(line \\d: [a-z-]+`,
        ),
      );
      expect(said).not.toContain("hunter2");
    }
  });

  it("but names of a policy that is right by itself, where the two do not go together; and no line of it", async () => {
    const base = `${SHAPED}offboarded: [ada@acme.example] # hunter2\n`;
    const root = await layout("base.yaml", { "policy/base.yaml": base });
    await writeFile(
      path.join(root, "policy/own.yaml"),
      "version: 1\nextends: base.yaml\nprotected: { users: [ada@acme.example] }\n",
    );
    const said = refusal("policy/own.yaml", root);
    expect(said).toContain('the user "ada@acme.example" is offboarded and protected');
    expect(said).not.toContain("hunter2");
  });
});

describe("policies that share files name a root", () => {
  async function shared(named: string) {
    const root = await layout("", {});
    await mkdir(path.join(root, "policy/eu"));
    await mkdir(path.join(root, "policy/shared"));
    await writeFile(path.join(root, "policy/shared/base.yaml"), GOOD);
    await writeFile(path.join(root, "policy/eu/acme.yaml"), `${GOOD}extends: ${named}\n`);
    return root;
  }
  const within = (root: string, roots: string[], file = "policy/eu/acme.yaml") => {
    try {
      return readPolicy(file, root, roots).unlisted.position.file;
    } catch (error) {
      if (error instanceof PolicyError) return error.message;
      throw error;
    }
  };

  it("and then read what is in it, also above their own folder", async () => {
    const root = await shared("../shared/base.yaml");
    expect(within(root, ["policy"])).toBe("policy/eu/acme.yaml");
    expect(within(root, [path.join(root, "policy")])).toBe("policy/eu/acme.yaml");
    expect(within(root, ["elsewhere", "policy"])).toBe("policy/eu/acme.yaml");
    expect(within(path.join(root, "policy/eu"), [".."], "acme.yaml")).toBe("acme.yaml");
    expect(within(root, [])).toContain("names ../shared/base.yaml, which is not in the policy's folder");
    expect(
      acceptPolicyObject({ version: 1, extends: "policy/shared/base.yaml" }, root, ["policy"]).unlisted.value,
    ).toBe("report");
    expect(() => acceptPolicyObject({ version: 1, extends: "base.yaml" }, root, ["policy"])).toThrow(
      "which is not in the policy root policy;",
    );
  });

  it.each(["../../secret.yaml", "../../base.yaml", "../shared/../../secret.yaml", "/proc/self/environ"])(
    "and read nothing outside of it: %s",
    async (named) => {
      const said = within(await shared(named), ["policy"]);
      expect(said).toContain(
        `policy/eu/acme.yaml:4:10: \`extends\` names ${named}, which is not in the policy`,
      );
      expect(said).not.toMatch(/hunter2|PATH=/);
    },
  );

  it("and read nothing by way of a link, not even to a file of the root", async () => {
    const root = await shared("../link/base.yaml");
    await symlink("shared", path.join(root, "policy/link"));
    expect(within(root, ["policy"])).toContain("policy/link/base.yaml is behind a link");
    await rm(path.join(root, "policy/link"));
    await symlink("/nowhere", path.join(root, "policy/link"));
    expect(within(root, ["policy"])).toContain("policy/link/base.yaml is behind a link");
  });

  it("and are in it themselves, or are refused unread", async () => {
    const root = await shared("../shared/base.yaml");
    for (const file of ["secret.yaml", path.join(root, "secret.yaml"), "/proc/self/environ", "link.yaml"]) {
      await symlink("../secret.yaml", path.join(root, "policy/link.yaml")).catch(() => undefined);
      const said = within(root, ["policy"], file === "link.yaml" ? "policy/link.yaml" : file);
      expect(said).toContain("the policy file is not in the policy root policy; name one that is");
      expect(said).not.toMatch(/hunter2|PATH=/);
    }
    expect(within(root, ["no-such-folder"])).toContain("is not in the policy root no-such-folder");
  });
});

it("a name that means another file on another system is refused", async () => {
  for (const named of ["'.. /secret.yaml'", "'... /secret.yaml'", "'base.yaml.'", "'deep./base.yaml'"])
    expect(refusal("policy/own.yaml", await layout(named))).toContain("which is not in the policy's folder");
});

it.skipIf(process.platform !== "linux")(
  "what was opened stands where it was asked for, whoever walks there",
  async () => {
    const root = await layout("");
    const link = path.join(root, "link");
    await writeFile(path.join(root, "policy/deep/base.yaml"), "version: 1\n");
    await symlink(root, link);
    const ask = (folder: string) => readUnlinked(folder, ["deep", "base.yaml"], 1024);
    expect(ask(path.join(root, "policy"))).toHaveProperty("bytes");
    expect(ask(path.join(link, "policy"))).toMatchObject({ code: "CHANGED" });
  },
);

it("a file that is swapped for a link while it is opened is not read", async () => {
  const root = await layout("");
  const deep = path.join(root, "policy/deep");
  const link = path.join(root, "link");
  await writeFile(path.join(deep, "base.yaml"), "version: 1\n");
  await symlink(root, link);
  let turns = 0;
  const answers = new Set<string>();
  const swap = new Worker(
    `const { renameSync } = require("node:fs"); const { folder, link, aside } = require("node:worker_threads").workerData;
     for (;;) for (const [from, to] of [[folder, aside], [link, folder], [folder, link], [aside, folder]]) renameSync(from, to);`,
    { eval: true, workerData: { folder: deep, link, aside: `${deep}-aside` } },
  );
  try {
    for (const end = Date.now() + 500; Date.now() < end; turns++) {
      const answer = readUnlinked(root, ["policy", "deep", "base.yaml"], 1024);
      answers.add("bytes" in answer ? answer.bytes.toString() : answer.code);
    }
  } finally {
    await swap.terminate();
  }
  expect(turns).toBeGreaterThan(100);
  expect(answers).not.toContain(GOOD); // base.yaml of the folder above, which the link leads to
});
