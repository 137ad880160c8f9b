import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Code, Html, InlineCode, Node, Parent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { anchor } from "./anchor.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** The pages that people read, from the root of the checkout: the README first. */
export const PAGES: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...["local-org", "create-sanctioned"].map((name) => `packages/${name}/README.md`),
  ...readdirSync(path.join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => `docs/${name}`),
];

/** A fenced block of shell commands. */
export interface ShellBlock {
  readonly page: string;
  /** Of its fence, from 1. */
  readonly line: number;
  /** The anchor of the heading that it stands under. */
  readonly section: string;
  readonly text: string;
  /** Why nobody plays it, by the hidden comment before it; null where it is played. */
  readonly notPlayed: string | null;
}

export interface Page {
  readonly file: string;
  readonly blocks: readonly ShellBlock[];
  /** Code within a sentence or a table, with the line that it begins on. */
  readonly inline: readonly { readonly text: string; readonly line: number }[];
  /** Hidden comments that no block of commands follows. */
  readonly astray: readonly string[];
}

const SHELLS: readonly (string | null | undefined)[] = ["sh", "bash", "console"];
const MARKER = /^<!-- not played: (.*) -->$/s;

const read = new Map<string, Page>();

/** Reads a page of the checkout. */
export function readPage(file: string): Page {
  const page = read.get(file) ?? pageOf(file, readFileSync(path.join(ROOT, file), "utf8"));
  read.set(file, page);
  return page;
}

/** @param file how the page is called @param text Markdown, as GitHub reads it */
export function pageOf(file: string, text: string): Page {
  const tree = treeOf(text);
  const blocks: ShellBlock[] = [];
  const inline: { text: string; line: number }[] = [];
  const astray: string[] = [];
  let section = "";
  for (const { node, before, after } of nodesOf(tree)) {
    const line = node.position!.start.line;
    if (node.type === "heading") section = anchor(textOf(node));
    if (node.type === "inlineCode")
      inline.push({ text: (node as InlineCode).value.replaceAll("\n", " "), line });
    if (isShell(node))
      blocks.push({ page: file, line, section, text: shellText(node), notPlayed: reasonIn(before) });
    if (reasonIn(node) !== null && !isShell(after)) astray.push(`${file}:${line}`);
  }
  return { file, blocks, inline, astray };
}

/** A page as GitHub reads it. */
export function treeOf(text: string): Node {
  return fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

function isShell(node: Node | undefined): node is Code {
  return node?.type === "code" && SHELLS.includes((node as Code).lang);
}

/** What is typed: of a console, the lines after a prompt. */
function shellText({ lang, value }: Code): string {
  if (lang !== "console") return value;
  return value
    .split("\n")
    .filter((line) => line.startsWith("$ "))
    .map((line) => line.slice(2))
    .join("\n");
}

function reasonIn(node: Node | undefined): string | null {
  if (node?.type !== "html") return null;
  return MARKER.exec((node as Html).value)?.[1] ?? null;
}

interface Placed {
  readonly node: Node;
  readonly before: Node | undefined;
  readonly after: Node | undefined;
}

/** Every node in the order of the page, with those beside it. */
export function* nodesOf(node: Node): Generator<Placed> {
  const children = (node as Parent).children ?? [];
  for (const [index, child] of children.entries()) {
    yield { node: child, before: children[index - 1], after: children[index + 1] };
    yield* nodesOf(child);
  }
}

function textOf(node: Node): string {
  const { value, children } = node as Parent & { value?: string };
  return value ?? (children ?? []).map(textOf).join("");
}
