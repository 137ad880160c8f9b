import { eventLine } from "./eventLine.ts";
import { hookUrl, post } from "./post.ts";
import type { Sink } from "./sink.ts";

const MOST_CHARACTERS = 10_000;

/**
 * A message through a Teams workflow ("Post to a channel when a webhook request is received"): an Adaptive
 * Card whose text is a TextRun, which knows no Markdown, so that no name is a link (adaptivecards.io).
 */
export function teams(env: NodeJS.ProcessEnv): Sink {
  const url = hookUrl("SANCTIONED_TEAMS_WEBHOOK", env);
  return {
    name: "teams",
    send: (event, signal) => {
      const text = eventLine(event).slice(0, MOST_CHARACTERS);
      const content = {
        $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
        type: "AdaptiveCard",
        version: "1.4",
        body: [{ type: "RichTextBlock", inlines: [{ type: "TextRun", text }] }],
      };
      const contentType = "application/vnd.microsoft.card.adaptive";
      const message = { type: "message", attachments: [{ contentType, contentUrl: null, content }] };
      return post(url, { text: JSON.stringify(message) }, signal);
    },
  };
}
