import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseSigners, type Signer } from "../../src/sign/signers.ts";
import { sign, verify } from "../../src/sign/sshKeygen.ts";
import { parseSignature, type SshSignature } from "../../src/sign/sshSignature.ts";
import { APPROVAL, AUDIT_HEAD } from "../../src/sign/statement.ts";
import { KeyRing, type TestKey } from "./keys.ts";

const TEXT = "sanctioned approval 1\norg 00D000000001942EAA\n";
const keys = new KeyRing();
const env = { PATH: process.env.PATH };
let ada: TestKey;
let ben: TestKey;
let signature: SshSignature;

beforeAll(() => {
  ada = keys.make("ada");
  ben = keys.make("ben");
  signature = sign(TEXT, { key: ada.file, namespace: APPROVAL, env });
});
afterAll(() => keys.remove());

function lines(...text: string[]): readonly Signer[] {
  const result = parseSigners(text.join("\n"));
  if ("faults" in result) throw new Error(JSON.stringify(result.faults));
  return result.signers;
}
const held = (allowed: string, text = TEXT, namespace = APPROVAL, one = signature) =>
  verify(text, one, { namespace, lines: lines(allowed), env });

describe("a signature holds", () => {
  it.each(["ed25519", "ecdsa"])("that an %s key made", (type) => {
    const key = keys.make(`of-${type}`, type);
    const made = sign(TEXT, { key: key.file, namespace: APPROVAL, env });
    expect(held(`ada ${key.line}`, TEXT, APPROVAL, made)).toBeNull();
    expect(parseSignature(made.armored)).toEqual(made);
  });

  it("by one of several lines of its key: of an old time and of this", () => {
    expect(
      held(`ada valid-before="20200101Z" ${ada.line}\nada valid-after="20200101Z" ${ada.line}`),
    ).toBeNull();
  });
});

describe("a signature does not hold", () => {
  it("of another text, by a line end even", () => {
    expect(held(`ada ${ada.line}`, TEXT.trimEnd())).toMatch(/incorrect signature/);
  });

  it("of another purpose", () => {
    expect(held(`ada ${ada.line}`, TEXT, AUDIT_HEAD)).not.toBeNull();
  });

  it("of another key", () => {
    expect(held(`ada ${ben.line}`)).not.toBeNull();
  });

  it("before and after the times of its signer", () => {
    expect(held(`ada valid-before="20200101Z" ${ada.line}`)).toMatch(/expired/);
    expect(held(`ada valid-after="20990101Z" ${ada.line}`)).toMatch(/not yet valid/);
  });

  it("of a signer who may only sign something else", () => {
    expect(held(`ada namespaces="git" ${ada.line}`)).toMatch(/namespace/);
  });
});

describe("ssh-keygen", () => {
  /** A folder with a program of that name in it. */
  function fake(name: string, script: string): string {
    const folder = path.join(keys.folder, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "ssh-keygen"), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(folder, "ssh-keygen"), 0o755);
    return folder;
  }
  const held = (PATH: string) =>
    verify(TEXT, signature, { namespace: APPROVAL, lines: lines(`ada ${ada.line}`), env: { PATH } });

  it("that is missing is one clear error, for signing and for verifying", () => {
    expect(() => held("/no-such-folder")).toThrow(expect.objectContaining({ code: "ssh-keygen-missing" }));
    expect(() => sign(TEXT, { key: ada.file, namespace: APPROVAL, env: {} })).toThrow(
      expect.objectContaining({ code: "ssh-keygen-missing" }),
    );
  });

  it("is none of the folder of the run, nor of a package", () => {
    const brought = fake("node_modules/.bin", "exit 0");
    const relative = path.relative(process.cwd(), fake("near", "exit 0"));
    expect(() => held(["", ".", relative, brought].join(path.delimiter))).toThrow(
      expect.objectContaining({ code: "ssh-keygen-missing" }),
    );
  });

  it("that knows no signatures is too old", () => {
    const old = fake("old", 'echo "unknown option -- Y" >&2; exit 1');
    expect(() => held(old)).toThrow(expect.objectContaining({ code: "ssh-keygen-too-old" }));
  });

  it("that ends well and says nothing, or something of another key, does not make a signature good", () => {
    expect(held(fake("mute", "exit 0"))).toBe("ssh-keygen does not say that it is good");
    const other = `echo 'Good "${APPROVAL}" signature for ada with ED25519 key SHA256:${"A".repeat(43)}'`;
    expect(held(fake("other", other))).toBe("ssh-keygen does not say that it is good");
  });

  it("is handed no secret of the environment", () => {
    const spy = fake("spy", 'env > "$(dirname "$0")/seen"; exit 1');
    expect(() =>
      sign(TEXT, {
        key: ada.file,
        namespace: APPROVAL,
        env: { PATH: spy, SF_ACCESS_TOKEN: "00D!secret", HOME: "/h" },
      }),
    ).toThrow(expect.objectContaining({ code: "not-signed" }));
  });

  it("does not sign with a key that is not there", () => {
    expect(() => sign(TEXT, { key: path.join(keys.folder, "none"), namespace: APPROVAL, env })).toThrow(
      expect.objectContaining({ code: "not-signed" }),
    );
  });
});
