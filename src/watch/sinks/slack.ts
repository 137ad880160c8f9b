import { eventLine } from "./eventLine.ts";
import { hookUrl, post } from "./post.ts";
import type { Sink } from "./sink.ts";

/** Slack takes 3,000 characters in a block. */
const MOST_CHARACTERS = 2_900;

/**
 * A message through a Slack incoming webhook. Its block is `plain_text`, in which nothing is mark-up, a
 * mention or a link; the line of the notification has the three characters escaped that Slack obeys
 * (docs.slack.dev: incoming webhooks, formatting message text).
 */
export function slack(env: NodeJS.ProcessEnv): Sink {
  const url = hookUrl("SANCTIONED_SLACK_WEBHOOK", env);
  return {
    name: "slack",
    send: (event, signal) => {
      const text = eventLine(event).slice(0, MOST_CHARACTERS);
      const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
      const blocks = [{ type: "section", text: { type: "plain_text", text, emoji: false } }];
      return post(url, { text: JSON.stringify({ text: escaped, mrkdwn: false, blocks }) }, signal);
    },
  };
}
