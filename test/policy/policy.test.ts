import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { PolicySchema } from "../../src/policy/policySchema.ts";
import { readPolicy } from "../../src/policy/read.ts";
import { summarizePolicy } from "../../src/policy/summary.ts";
import { printable } from "../../src/printable.ts";

it.each(["policy", "baseline", "plan"])(
  "schema/%s.schema.json is a strict JSON Schema of draft-07",
  (name) => {
    const schema = JSON.parse(readFileSync(`schema/${name}.schema.json`, "utf8"));
    // The `if` of the policy's asks for keys that the policy itself describes.
    expect(() => new Ajv({ strict: true, strictRequired: false }).compile(schema)).not.toThrow();
  },
);

it("schema/policy.schema.json is what `npm run schema` writes", () => {
  expect(readFileSync("schema/policy.schema.json", "utf8")).toBe(
    `${JSON.stringify(PolicySchema, null, 2)}\n`,
  );
});

it("the summary for Pulumi is maps in a fixed order, without positions", () => {
  expect(JSON.stringify(summarizePolicy(readPolicy("policy/dieppe-trading.yaml")))).toBe(
    JSON.stringify({
      unlisted: "revoke",
      platformApps: "keep",
      limits: { revocations: 50, percent: 25, perApp: 50 },
      apps: {
        "Outlook Plugin (0H4000000000001CAA)": {
          owner: "it-collaboration@dieppe.example",
          reason: "Logs e-mail to contacts (SEC-114)",
          users: { profiles: "Sales User, Standard User" },
        },
        "Slack (0H4000000000002CAA)": {
          owner: "it-collaboration@dieppe.example",
          reason: "Case swarming and approvals (SEC-131)",
          users: { profiles: "Marketing User, Sales User, Standard User, Support Agent" },
        },
      },
      org: { name: "Dieppe Trading", id: "00D000000001942EAA" },
    }),
  );
});

describe("a policy file that cannot be read", () => {
  it.each([
    ["no/such.yaml", "does not exist"],
    ["policy", "is a folder"],
  ])("%s %s", (file, why) => {
    expect(() => readPolicy(file)).toThrow(UserError);
    expect(() => readPolicy(file)).toThrow(
      `${file}: the policy file ${why}; name one relative to this folder`,
    );
  });
});

it("untrusted text is shown without what could move a cursor, start a line or turn text around", () => {
  expect(printable("a\u001b[31mb\nc\u202ed\u200be\u2028")).toBe(
    "a\\u{1b}[31mb\\u{a}c\\u{202e}d\\u{200b}e\\u{2028}",
  );
  expect(printable("Bob's Café 日本 👩")).toBe("Bob's Café 日本 👩");
});
