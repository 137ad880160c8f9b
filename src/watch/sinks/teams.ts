import type { WatchEvent } from "../event.ts";
import { cutTo, messageOf } from "./message.ts";
import { hookUrl, post } from "./post.ts";
import type { Sink } from "./sink.ts";

/** Teams takes 28 KB in all (learn.microsoft.com: limits and specifications, messages through connectors and webhooks). */
const MOST_CHARACTERS = 3_000;
const MOST_OF_FACT = 1_000;

/** Colours of Adaptive Cards. */
const COLOURS = { critical: "Attention", error: "Attention", warning: "Warning", note: "Default" } as const;

/** A message through a Teams workflow ("Post to a channel when a webhook request is received"). */
export function teams(env: NodeJS.ProcessEnv): Sink {
  const url = hookUrl("SANCTIONED_TEAMS_WEBHOOK", env);
  return {
    name: "teams",
    send: (event, signal) => post(url, { text: JSON.stringify(teamsMessage(event)) }, signal),
  };
}

/**
 * The message: an Adaptive Card whose texts are TextRuns, which know no Markdown, so that no name is a link (adaptivecards.io: RichTextBlock); a
 * FactSet and a TextBlock do. Links are actions, to addresses of Setup alone. Pure.
 */
export function teamsMessage(event: WatchEvent): object {
  const { heading, text, facts, commands, links, readOn } = messageOf(event);
  const run = (text: string, more: object = {}) => ({ type: "TextRun", text, ...more });
  const block = (...inlines: object[]) => ({ type: "RichTextBlock", inlines });
  const color = event.state === "ended" ? "Good" : COLOURS[event.severity];
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    msteams: { width: "Full" },
    body: [
      block(run(heading, { weight: "Bolder", size: "Medium", color })),
      block(run(cutTo(MOST_CHARACTERS, text))),
      ...facts.map(([label, value]) =>
        block(run(`${label}: `, { weight: "Bolder" }), run(cutTo(MOST_OF_FACT, value))),
      ),
      ...(commands.length === 0 ? [] : [block(run("Next", { weight: "Bolder" }))]),
      ...commands.map((command) => block(run(cutTo(MOST_OF_FACT, command), { fontType: "Monospace" }))),
      ...(readOn === null ? [] : [block(run("What to do: "), run(readOn, { fontType: "Monospace" }))]),
    ],
    ...(links.length === 0
      ? {}
      : { actions: links.map(({ label, url }) => ({ type: "Action.OpenUrl", title: label, url })) }),
  };
  const contentType = "application/vnd.microsoft.card.adaptive";
  return { type: "message", attachments: [{ contentType, contentUrl: null, content }] };
}
