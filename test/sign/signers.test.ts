import { describe, expect, it } from "vitest";
import { isNamed, peopleOf } from "../../src/sign/people.ts";
import { parseSigners, type Signer } from "../../src/sign/signers.ts";
import { parseSignature } from "../../src/sign/sshSignature.ts";
import { approvalStatement } from "../../src/sign/statement.ts";

/** A public key of a type, whose bytes are none that anybody signs with. */
function key(seed: number, type = "ssh-ed25519"): string {
  const text = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const blob = Buffer.concat([text(Buffer.from(type)), text(Buffer.alloc(32, seed))]);
  return `${type} ${blob.toString("base64")}`;
}

function signers(...lines: string[]): readonly Signer[] {
  const result = parseSigners(lines.join("\n"));
  if ("faults" in result) throw new Error(JSON.stringify(result.faults));
  return result.signers;
}

function faults(...lines: string[]): string[] {
  const result = parseSigners(lines.join("\n"));
  return "faults" in result ? result.faults.map(({ line, why }) => `${line}: ${why}`) : [];
}

describe("a file of allowed signers", () => {
  it("has a key and its owner's names in each line, beside comments and blank lines", () => {
    const [ada, ben, ...more] = signers(
      "# who may approve",
      "",
      `ada@dieppe.example,ada ${key(1)} ada's laptop`,
      `  ben@dieppe.example\tnamespaces="sanctioned-approval,git",valid-before="20270101Z" ${key(2)}\r`,
      "",
    );
    expect(ada).toMatchObject({ principals: ["ada@dieppe.example", "ada"], options: "", line: 3 });
    expect(ada!.fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(ben).toMatchObject({
      principals: ["ben@dieppe.example"],
      options: 'namespaces="sanctioned-approval,git",valid-before="20270101Z"',
      line: 4,
    });
    expect(more).toEqual([]);
  });

  it.each([
    ["a pattern as a principal", `*@dieppe.example ${key(1)}`, "its principal is a pattern"],
    ["one that is negated", `!eve,ada ${key(1)}`, "its principal is a pattern"],
    ["a principal in quotes", `"ada weber" ${key(1)}`, "its principals are not plain names"],
    ["a principal that looks like another", `аda ${key(1)}`, "its principals are not plain names"],
    ["a mark of byte order before it", `\uFEFFada ${key(1)}`, "its principals are not plain names"],
    ["an empty name", `ada,,ben ${key(1)}`, "its principals are not plain names"],
    ["a blank after a comma", `ada, ben ${key(1)}`, "its principals are not plain names"],
    ["a certificate authority", `ada cert-authority ${key(1)}`, "it trusts a certificate authority"],
    ["one among options", `ada namespaces="x",CERT-AUTHORITY ${key(1)}`, "it trusts a certificate authority"],
    ["an option that it does not know", `ada no-touch-required ${key(1)}`, "it has an option other than"],
    ["a time without its quotes", `ada valid-before=20270101Z ${key(1)}`, "it has an option other than"],
    ["a time that is none", `ada valid-before=tomorrow ${key(1)}`, "it has an option other than"],
    ["a quote without its end", `ada namespaces="x ${key(1)}`, "it has an option other than"],
    ["no key", "ada", "it has no key"],
    ["a key without its owner", key(1), "it has an option"],
    ["a key that is cut off", `ada ${key(1).slice(0, 40)}`, "its key is not whole"],
    ["a key of another type than it says", `ada ssh-rsa ${key(1).split(" ")[1]}`, "its key is not whole"],
    [
      "a certificate in place of a key",
      `ada ${key(1, "ssh-ed25519-cert-v01@openssh.com")}`,
      "it has an option",
    ],
    ["DSA", `ada ${key(1, "ssh-dss")}`, "it has an option"],
  ])("is refused for %s, at its line and without quoting it", (_, line, why) => {
    const found = faults(`ben ${key(9)}`, line);
    expect(found).toEqual([expect.stringMatching(new RegExp(`^2: ${why}`))]);
    expect(found[0]).not.toContain("AAAA");
  });

  it("is refused where nobody is in it", () => {
    expect(faults("# nobody yet", "")).toEqual(["0: it lists no signer"]);
  });
});

describe("people are told by keys and names", () => {
  const names = (...lines: string[]) => peopleOf(signers(...lines)).map(({ principals }) => principals);

  it("two names of one key are one person", () => {
    expect(names(`ada ${key(1)}`, `ben ${key(1)}`)).toEqual([["ada", "ben"]]);
  });

  it("two keys of one name are one person, whatever the case", () => {
    expect(names(`ada ${key(1)}`, `ben ${key(2)}`, `Ada ${key(3)}`)).toEqual([["ben"], ["ada", "Ada"]]);
  });

  it("what hangs together by several lines is one person", () => {
    expect(names(`ada ${key(1)}`, `ben ${key(2)}`, `cyd,ada ${key(2)}`)).toEqual([["ada", "ben", "cyd"]]);
  });

  it("two people with a key each are two, and one is excluded by any name", () => {
    const [ada, ben] = peopleOf(signers(`ada@x.example,octo-ada ${key(1)}`, `ben@x.example ${key(2)}`));
    expect([isNamed(ada!, ["OCTO-ADA"]), isNamed(ben!, ["OCTO-ADA"])]).toEqual([true, false]);
  });
});

it("a statement has one fact a line, whatever a value holds, so that no two are the same text", () => {
  const facts = { org: "00D000000001942EAA", plan: "a1", policy: "b2", asOf: "2026-11-25T08:00:00.000Z" };
  expect(approvalStatement({ ...facts, revocations: 12 })).toBe(
    "sanctioned approval 1\norg 00D000000001942EAA\nplan a1\npolicy b2\nas-of 2026-11-25T08:00:00.000Z\nrevocations 12\n",
  );
  const hostile = approvalStatement({ ...facts, org: "00D\nplan ffff", policy: '"', revocations: 12 });
  expect(hostile.split("\n").slice(1, 4)).toEqual(['org "00D\\nplan ffff"', "plan a1", 'policy "\\""']);
});

describe("a text is no signature", () => {
  it.each([
    ["that is empty", ""],
    ["of another armor", "-----BEGIN PGP SIGNATURE-----\nAAAA\n-----END PGP SIGNATURE-----\n"],
    ["that holds something else", "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"],
    [
      "that says another length",
      `-----BEGIN SSH SIGNATURE-----\n${Buffer.from("SSHSIG\0\0\0\x01\xff\xff\xff\xff").toString("base64")}\n-----END SSH SIGNATURE-----\n`,
    ],
  ])("%s", (_, text) => {
    expect(parseSignature(text)).toBeNull();
  });
});
