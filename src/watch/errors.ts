import { declareErrors } from "../errors.ts";

export const watchErrors = declareErrors({
  // Where events go
  "hook-address-missing": {
    kind: "settings",
    text: "{variable} is not set.",
    remedy: "It holds the address to send events to.",
    example: { variable: "SANCTIONED_SLACK_WEBHOOK" },
  },
  "hook-address-not-a-url": {
    kind: "settings",
    text: "{variable} is not a URL, or has a user or a password in it.",
    remedy: "Give the whole address, which begins with https:// and then names the host.",
    example: { variable: "SANCTIONED_SLACK_WEBHOOK" },
  },
  "hook-address-not-https": {
    kind: "settings",
    text: "{variable} must begin with https://, since events name people and apps.",
    remedy: "Give the receiver's https address.",
    example: { variable: "SANCTIONED_SLACK_WEBHOOK" },
  },
  "webhook-secret-too-short": {
    kind: "settings",
    text: "{variable} signs what is sent, and is too short or not set.",
    remedy: "Set it to at least {shortest} characters.",
    example: { variable: "SANCTIONED_WEBHOOK_SECRET", shortest: 16 },
  },
  "receiver-not-reachable": {
    kind: "remote",
    text: "{host} does not answer ({fault}).",
    remedy: "Check the address and the network.",
    example: { host: "hooks.slack.com", fault: "ECONNREFUSED" },
  },
  "receiver-failed": {
    kind: "remote",
    text: "{host} answered {status}.",
    remedy: "Look there for the reason.",
    example: { host: "hooks.slack.com", status: 503 },
  },
  "stdout-closed": {
    kind: "remote",
    text: "Nobody reads standard output any more.",
    remedy: "Restart the watch, or send events elsewhere with --to.",
    example: {},
  },
  "command-not-started": {
    kind: "remote",
    text: "The command {program} cannot be run ({why}).",
    remedy: "Check its path, and that it may be executed.",
    example: { program: "./notify.sh", why: "ENOENT" },
  },
  "command-failed": {
    kind: "remote",
    text: "The command {program} ended with {exit}.",
    remedy: "Look at what it printed.",
    example: { program: "./notify.sh", exit: 1 },
  },

  "runbook-not-an-address": {
    kind: "settings",
    text: "SANCTIONED_RUNBOOK is not an https address, or has a user, a password or a section in it.",
    remedy: "Give the address of the page; the event's kind is added to it as the section.",
    example: {},
  },
  "mail-server-missing": {
    kind: "settings",
    text: "{variable} is not set.",
    remedy: "It holds the mail server, as smtps://USER:PASSWORD@HOST or smtp://HOST:587.",
    example: { variable: "SANCTIONED_SMTP_URL" },
  },
  "mail-server-not-an-address": {
    kind: "settings",
    text: "{variable} is not the address of a mail server.",
    remedy: "Write it as smtps://USER:PASSWORD@HOST or smtp://HOST:587, with nothing behind the port.",
    example: { variable: "SANCTIONED_SMTP_URL" },
  },
  "mail-address-not-valid": {
    kind: "settings",
    text: "{variable} is not a list of e-mail addresses, or of domains.",
    remedy: "Write them as {form}.",
    example: { variable: "SANCTIONED_EMAIL_TO", form: "security@acme.com, crm@acme.com" },
  },
  "mail-to-nobody": {
    kind: "settings",
    text: "The sink email has nobody to write to.",
    remedy:
      "Set SANCTIONED_EMAIL_TO to addresses, or SANCTIONED_EMAIL_OWNERS to the domains whose owners are told.",
    example: {},
  },
  "mail-not-taken": {
    kind: "remote",
    text: "{host} does not take the mail ({fault}).",
    remedy: "Look there for the reason, and check SANCTIONED_SMTP_URL.",
    example: { host: "smtp.acme.com", fault: "EAUTH" },
  },

  // What the watch remembers
  "watch-state-in-use": {
    kind: "user",
    text: "Another watch has {file} open.",
    remedy: "Stop it, or give this one a file of its own with --state.",
    example: { file: ".sanctioned/watch-00D000000001942EAA.sqlite" },
  },
  "watch-state-of-another-org": {
    kind: "user",
    text: "{file} is of the org {stateOrg}, and this is {org}.",
    remedy: "Name another file with --state.",
    example: { file: "watch.sqlite", stateOrg: "00D000000001942EAA", org: "00D000000002000EAA" },
  },
  "watch-state-not-recognized": {
    kind: "user",
    text: "{file} is not the state of a watch.",
    remedy: "Remove it, or name another file with --state.",
    example: { file: "watch.sqlite" },
  },
});
