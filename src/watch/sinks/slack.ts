import type { WatchEvent } from "../event.ts";
import { cutTo, eventLine, type Message, messageOf } from "./message.ts";
import { hookUrl, post } from "./post.ts";
import type { Sink } from "./sink.ts";

/** What Slack takes: a block's text, a field's, a header's (docs.slack.dev: Block Kit, section and header blocks). */
const [MOST_OF_BLOCK, MOST_OF_FIELD, MOST_OF_HEADER] = [2_900, 1_900, 150] as const;

/** A message through a Slack incoming webhook. */
export function slack(env: NodeJS.ProcessEnv): Sink {
  const url = hookUrl("SANCTIONED_SLACK_WEBHOOK", env);
  return {
    name: "slack",
    send: (event, signal) => post(url, { text: JSON.stringify(slackMessage(event)) }, signal),
  };
}

/**
 * The message. What names or texts stand in is `plain_text` or an element of `rich_text`, in which nothing is mark-up, a mention or a link; the
 * line of the notification has the three characters escaped that Slack obeys (docs.slack.dev: formatting message text). Pure.
 */
export function slackMessage(event: WatchEvent): object {
  const message = messageOf(event);
  const line = cutTo(MOST_OF_BLOCK, eventLine(event));
  const text = line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  // A name that reads as an address is looked up by nobody.
  return { text, mrkdwn: false, unfurl_links: false, unfurl_media: false, blocks: blocksOf(message) };
}

const plain = (text: string) => ({ type: "plain_text", text, emoji: false });
const part = (type: string, elements: readonly object[]) => ({ type, elements });

function blocksOf({ heading, text, facts, commands, links, readOn }: Message): object[] {
  const linked = links.flatMap(({ label, url }, i) => [
    ...(i === 0 ? [] : [{ type: "text", text: "  ·  " }]),
    { type: "link", url, text: label },
  ]);
  const steps = [
    ...(commands.length === 0
      ? []
      : [
          part("rich_text_section", [{ type: "text", text: "Next", style: { bold: true } }]),
          part("rich_text_preformatted", [{ type: "text", text: cutTo(MOST_OF_BLOCK, commands.join("\n")) }]),
        ]),
    ...(readOn === null
      ? []
      : [
          part("rich_text_section", [
            { type: "text", text: "What to do: " },
            { type: "text", text: readOn, style: { code: true } },
          ]),
        ]),
    ...(linked.length === 0 ? [] : [part("rich_text_section", linked)]),
  ];
  return [
    { type: "header", text: plain(cutTo(MOST_OF_HEADER, heading)) },
    { type: "section", text: plain(cutTo(MOST_OF_BLOCK, text)) },
    ...(facts.length === 0
      ? []
      : [
          {
            type: "section",
            fields: facts.map(([label, value]) => plain(cutTo(MOST_OF_FIELD, `${label}\n${value}`))),
          },
        ]),
    ...(steps.length === 0 ? [] : [part("rich_text", steps)]),
  ];
}
