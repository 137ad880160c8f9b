import { expect, it } from "vitest";
import { plainName, plainOption } from "../../src/scaffold/plain.ts";

it("a name of an org becomes small letters, digits and hyphens, whatever it was", () => {
  for (const [name, plain] of [
    ["Dieppe Trading", "dieppe-trading"],
    ["Ünïcode & Söhne (GmbH)", "unicode-sohne-gmbh"],
    ["../../etc/passwd", "etc-passwd"],
    ["株式会社", "org"],
    [`$(id)\n\${{ secrets.X }}`, "id-secrets-x"],
    ["-".repeat(80), "org"],
    ["a".repeat(80), "a".repeat(63)],
    [`${"a".repeat(62)} b`, "a".repeat(62)],
  ] as const)
    expect(plainName(name, "org")).toBe(plain);
});

it.each([
  ["--team", ["@acme/security", "@acme", "@acme/eu/sec-ops", "sec@acme.example"]],
  ["--stack", ["simulator", "Acme.prod_1"]],
  ["--org-name", ["acme", "acme-production", "0"]],
  [
    "--backend",
    [
      "file://./.pulumi-state",
      "s3://b?region=eu-west-1&x=a,b",
      "postgres://pulumi@db:5432/pulumi?sslmode=verify-full",
    ],
  ],
  ["--branch", ["main", "release/1.x"]],
  ["--login-url", ["https://acme.my.salesforce.com", "https://test.salesforce.com/"]],
] as const)("%s takes plain names", (option, texts) => {
  for (const text of texts) expect(plainOption(option, text)).toBe(text);
});

it.each([
  ["--team", ["", "acme", "@acme/security @mallory", "@a\n* @mallory", "@acme/", "#x", `@acme/\${{ x }}`]],
  ["--stack", ["", "..", ".x", "a b", "a/b", "a\nb", "ä", "x".repeat(101)]],
  ["--branch", ["", "-x", "a b", "a..b", "a/", "a]", `\${{ x }}`]],
  ["--org-name", ["", "Acme", "fleet", "-a", "a_b", "a/b", "x".repeat(64)]],
  [
    "--backend",
    [
      "",
      "./state",
      "ftp://x",
      "s3://a b",
      "postgres://pulumi:secret@db/pulumi",
      "s3://x\ny: z",
      `s3://\${{ x }}`,
    ],
  ],
  [
    "--login-url",
    [
      "",
      "http://acme.my.salesforce.com",
      "https://u:p@acme.example",
      "https://acme.example/path",
      "https://a b",
    ],
  ],
] as const)("%s refuses what means something elsewhere, or is a secret", (option, texts) => {
  for (const text of texts)
    expect(() => plainOption(option, text), text).toThrow(new RegExp(`^${option} is not valid`));
});
