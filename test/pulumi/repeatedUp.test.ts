import { expect, it } from "vitest";
import { repeatedUp, stackNamed } from "../../src/pulumi/repeatedUp.ts";

it.each<[what: string, command: string, words: string, isWhole: boolean]>([
  ["an update of the selected stack", "pulumi up", "", true],
  [
    "its options",
    "pulumi -C infra up -y --stack=acme/prod --diff --message up",
    "-C infra -y --stack=acme/prod --diff --message up",
    true,
  ],
  [
    "no secret, and says that something is left out",
    "pulumi update -s prod -c sanctioned:clientSecret=x --yes",
    "-s prod --yes",
    false,
  ],
  ["nothing that is not known", "pulumi up --stack prod https://token@example.com/x", "--stack prod", false],
  ["of a preview the stack alone", "pulumi preview --diff --save-plan plan.json -s up", "-s up", true],
  [
    "so of what a program started",
    "pulumi up --yes --skip-preview --stack prod --exec-kind auto.local",
    "--stack prod",
    true,
  ],
])("the update to be run again has %s", (_, command, words, isWhole) => {
  const up = ["npx", "pulumi", "up", ...words.split(" ").filter((word) => word !== "")];
  expect(repeatedUp(command.split(" "))).toEqual({ words: up, isWhole });
});

it.each([
  ["pulumi up --stack acme/prod", "acme/prod"],
  ["pulumi -C infra preview -s prod --diff", "prod"],
  ["pulumi refresh --stack=prod", "prod"],
  ["pulumi up --message --stack", null],
  ["pulumi up", null],
])("the stack that %s names is %s", (command, stack) => {
  expect(stackNamed(command.split(" "))).toBe(stack);
});

it("where the system does not tell the command, it is the plain one", () => {
  expect(repeatedUp(undefined)).toEqual({ words: ["npx", "pulumi", "up"], isWhole: true });
});
