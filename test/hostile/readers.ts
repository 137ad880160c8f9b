import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/**
 * What a runner would obey in a log, line by line: two colons after blanks (actions/runner, ActionCommand.cs, TryParseV2), and
 * what TryParse, Azure's agent and TeamCity find anywhere in a line.
 */
export function commandsIn(log: string): string[] {
  return log.split(/\r\n|[\n\r\u0085\u2028\u2029]/).filter((line) => {
    const start = line.replace(/^[\s\u200b\u00ad\u2060\ufeff]+/, "");
    return start.startsWith("::") || /##(\[|vso\[|teamcity\[)/.test(line.replace(/[\u00ad\u200b]/g, ""));
  });
}

/** What the engine would take for the start of a colour: without its end it leaves out the rest of the line. */
export function coloursIn(log: string): string[] {
  return log.split("\n").filter((line) => line.includes("<{%"));
}

/** Characters that a reader does not see, as code points; of a file its lines' ends and mark are none, and of ours the two signs. */
export function hiddenIn(text: string): string[] {
  return [...text.replace(/^\ufeff/, "").replace(/\r?\n|(?<=[⚠ℹ])\ufe0f/g, "")]
    .filter((one) => /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\u{13441}\u{1d159}]/u.test(one))
    .map((one) => `U+${one.codePointAt(0)!.toString(16)}`);
}

/** The tags of our own. */
const OWN_TAGS = /^(details|summary|h[1-3]|ul|li|p|strong|code|pre|table|thead|tbody|tr|th|td|br)$/;

/**
 * What GitHub or GitLab would show of Markdown besides text: tags that are not ours (links and pictures among them), and outside code the
 * mentions and references that both make links of.
 */
export function linksIn(markdown: string): string[] {
  const html = htmlOf(markdown);
  const tags = [...html.matchAll(/<\/?([a-z][\w-]*)([^>]*)>/gi)]
    .filter(([, tag, rest]) => !OWN_TAGS.test(tag!) || /\bon\w+=|href|src/i.test(rest!))
    .map(([tag]) => tag);
  const text = html
    .replace(/<(code|pre)\b[^>]*>.*?<\/\1>/gs, "")
    .replace(/<!--.*?-->/gs, "")
    .replace(/<[^>]*>/g, "\n")
    .replace(/.+/g, plain);
  const references = [
    /(?<![\p{L}\p{N}])@[\w-]+/gu,
    /[#!&$~^]\d+/g,
    /~[\p{L}"]/gu,
    /%[\p{L}\p{N}"]/gu,
    /\b[a-z][a-z0-9]*-\d+/gi,
    /\b[0-9a-f]{7,40}\b/g,
    /:(?!\d\d:)[a-z0-9_+-]+:/gi,
    /:\/\/|\bwww\./gi,
    /^\/\w+/gm,
  ].flatMap((reference) => text.match(reference) ?? []);
  return [...tags, ...references];
}

/** The texts of the first cells of a table in Markdown. */
export function cellsIn(markdown: string): string[] {
  const rows = htmlOf(markdown).matchAll(/<tr>\n<td>(.*?)<\/td>/gs);
  return [...rows].map(([, cell]) => plain(cell!.replace(/<[^>]*>/g, "")).trim());
}

function htmlOf(markdown: string): string {
  return micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
  });
}

function plain(html: string): string {
  const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return html.replace(/&(amp|lt|gt|quot);/g, (_, name: string) => entities[name]!);
}

/** The text of a message in SARIF as a viewer shows it (2.1.0, 3.11.6), and what it, or one that knows no escapes, makes links of. */
export function sarifMessage(message: string): { readonly text: string; readonly links: readonly string[] } {
  const links = [
    ...(message.replace(/\\[\\[\]]/g, "  ").match(/\[[^\]]*\]\([^)]*\)/g) ?? []),
    ...(message.match(/\]\(/g) ?? []),
  ];
  return { text: message.replace(/\\([\\[\]])/g, "$1"), links };
}
