import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { lookAtTarget, readPresent, writeOver, writeRepository } from "../../src/scaffold/folder.ts";

const FILES = new Map([
  [".mark", "m"],
  ["policy/acme.yaml", "p"],
  ["policy/shared.yaml", "s"],
  ["README.md", "r"],
]);

let scratch: string;
let folder: string;
beforeEach(() => {
  scratch = mkdtempSync(path.join(tmpdir(), "sanctioned-scaffold-"));
  folder = path.join(scratch, "acme");
  onTestFinished(() => rmSync(scratch, { recursive: true, force: true }));
});

const write = (add = false, files = FILES) => writeRepository(lookAtTarget(folder, files.keys(), add), files);
const put = (file: string, text = "theirs") => {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
};
const text = (file: string) => readFileSync(path.join(folder, file), "utf8");
/** Every path below the scratch folder. */
const all = () => readdirSync(scratch, { recursive: true, encoding: "utf8" }).sort();

it("a new folder appears with everything in it, the folders above it too, and nothing beside it", () => {
  folder = path.join(scratch, "teams/eu/acme");
  expect(write()).toEqual([...FILES.keys()]);
  for (const [file, wanted] of FILES) expect(text(file)).toBe(wanted);
  expect(readdirSync(path.join(scratch, "teams/eu"))).toEqual(["acme"]);
  // As mkdir makes it, so that a team can share it.
  expect(statSync(folder).mode & 0o777).toBe(0o777 & ~process.umask());
});

it("an empty folder, and one that git just made, is filled", () => {
  put(".git/HEAD", "ref: refs/heads/main");
  expect(write()).toEqual([...FILES.keys()]);
});

it("a folder that holds anything is refused before anything is written", () => {
  put(".env");
  const before = all();
  expect(() => write()).toThrow(/is not empty \(\.env\), so nothing was written\. .*--add/);
  expect(all()).toEqual(before);
});

it("with --add what is missing is written, and what is there stays", () => {
  put("README.md");
  put("policy/acme.yaml");
  expect(write(true)).toEqual([".mark", "policy/shared.yaml"]);
  expect([text("README.md"), text("policy/acme.yaml"), text("policy/shared.yaml")]).toEqual([
    "theirs",
    "theirs",
    "s",
  ]);
});

it.each([
  ["the folder is a file", () => writeFileSync(folder, ""), "is a file"],
  ["the folder is a link", () => symlinkSync(scratch, folder), "is a link"],
  [
    "the folder is a link, and named with a slash",
    () => {
      symlinkSync(mkdtempSync(path.join(scratch, "x")), folder);
      folder += "/";
    },
    "is a link",
  ],
  [
    "a folder on the way is a link",
    () => {
      mkdirSync(folder);
      symlinkSync(scratch, path.join(folder, "policy"));
    },
    "policy is a link",
  ],
  ["a folder on the way is a file", () => put("policy"), "policy is a file"],
  [
    "a file is a link to nowhere",
    () => {
      mkdirSync(folder);
      symlinkSync("nowhere", path.join(folder, "README.md"));
    },
    "README.md is a link",
  ],
  ["a file is a folder", () => put("README.md/x"), "README.md is a folder"],
])("%s: it is refused before anything is written", (_, prepare, why) => {
  prepare();
  const before = all();
  expect(() => write(true)).toThrow(why);
  expect(all()).toEqual(before);
});

it("what fails half way leaves nothing", () => {
  const files = new Map([...FILES, ["x".repeat(300), "a name that no file system takes"]]);
  expect(() => write(false, files)).toThrow("cannot be written (ENAMETOOLONG). Nothing was written.");
  expect(all()).toEqual([]);
  // Nor in a folder that is there: another file came between the look and the writing.
  put("kept");
  const target = lookAtTarget(folder, FILES.keys(), true);
  put("README.md");
  expect(() => writeRepository(target, FILES)).toThrow("(EEXIST). Nothing was written.");
  expect(all()).toEqual(["acme", "acme/README.md", "acme/kept"]);
  expect(text("README.md")).toBe("theirs");
});

it("of a file that does not fit nothing stays, though its beginning would", () => {
  mkdirSync(folder);
  const program = `
    import { lookAtTarget, writeRepository } from ${JSON.stringify(path.resolve("src/scaffold/folder.ts"))};
    const files = new Map([["a/small", "s"], ["a/large", "l".repeat(100_000)]]);
    try { writeRepository(lookAtTarget(${JSON.stringify(folder)}, files.keys(), true), files); }
    catch ({ message }) { process.stdout.write(message); }`;
  // Files of 8 KiB at most, as on a disk that is nearly full.
  const script = `trap "" XFSZ; ulimit -f 8; exec "$0" --input-type=module --eval "$1"`;
  const said = execFileSync("bash", ["-c", script, process.execPath, program], { encoding: "utf8" });
  expect(said).toContain("cannot be written (EFBIG). Nothing was written.");
  expect(all()).toEqual(["acme"]);
});

it("a folder that came meanwhile is not touched", () => {
  const target = lookAtTarget(folder, FILES.keys(), false);
  put("theirs");
  expect(() => writeRepository(target, FILES)).toThrow(/\(E(NOTEMPTY|EXIST)\). Nothing was written\./);
  expect(all()).toEqual(["acme", "acme/theirs"]);
});

it("a place in which there can be no folder says so", () => {
  folder = "/dev/null/acme";
  expect(() => write()).toThrow("/dev/null/acme cannot be looked at (ENOTDIR), so nothing was written.");
});

it("files are written over whole, with the mode that they have, and taken away where that is asked", () => {
  write();
  chmodSync(path.join(folder, "README.md"), 0o600);
  writeOver(folder, [
    ["README.md", "r", "new"],
    ["policy/shared.yaml", "s", null],
    ["more/new.yaml", null, "n"],
  ]);
  expect([
    text("README.md"),
    text("more/new.yaml"),
    existsSync(path.join(folder, "policy/shared.yaml")),
  ]).toEqual(["new", "n", false]);
  expect(statSync(path.join(folder, "README.md")).mode & 0o777).toBe(0o600);
});

it("a file that is not any more what was read of it is left, and what was done before is said", () => {
  write();
  const changes = [
    ["policy/acme.yaml", "p", "new"],
    ["README.md", "something else", "new"],
  ] as const;
  expect(() => writeOver(folder, changes)).toThrow(
    "README.md cannot be written (it was changed meanwhile). Changed before that: policy/acme.yaml.",
  );
  expect([text("policy/acme.yaml"), text("README.md")]).toEqual(["new", "r"]);
});

it("a link in a repository is not followed, be it to read or to write", () => {
  write();
  rmSync(path.join(folder, "README.md"));
  writeFileSync(path.join(scratch, "outside"), "secret");
  symlinkSync(path.join(scratch, "outside"), path.join(folder, "README.md"));
  expect(() => readPresent(folder, ["README.md"])).toThrow("is a link");
  expect(() => writeOver(folder, [["README.md", "secret", "gone"]])).toThrow("is a link");
  expect(readFileSync(path.join(scratch, "outside"), "utf8")).toBe("secret");
});
