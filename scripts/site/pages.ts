import path from "node:path";
import type { Image, Link } from "mdast";
import { nodesOf, treeOf } from "../docs/page.ts";
import { schemaPage } from "./schemaPage.ts";

/** Files of the checkout that are pages of the site beside those of docs/, by what they are called there. */
const OTHERS: Readonly<Record<string, string>> = {
  "README.md": "index",
  "CONTRIBUTING.md": "contributing",
  "SECURITY.md": "security",
  "CHANGELOG.md": "changelog",
  "packages/local-org/README.md": "local-org",
};

/** What the site is made from: texts by file of the checkout. */
export interface Sources {
  /** Markdown of the pages: those above, and docs/. */
  readonly pages: Readonly<Record<string, string>>;
  /** JSON Schemas by name. */
  readonly schemas: Readonly<Record<string, string>>;
}

/** Pages that are not in docs/. */
export const PAGE_FILES: readonly string[] = Object.keys(OTHERS);

function isPage(file: string): boolean {
  return Object.hasOwn(OTHERS, file) || /^docs\/[^/]+\.md$/.test(file);
}

/** The Markdown of the site's pages by name, with links that hold there. Pure. */
export function sitePages({ pages, schemas }: Sources): Map<string, string> {
  const made = new Map(
    Object.entries(pages).map(([file, text]) => [nameOf(file)!, withLinks(text, path.dirname(file))]),
  );
  return made.set("schema", schemaPage(schemas));
}

function nameOf(file: string): string | null {
  if (Object.hasOwn(OTHERS, file)) return OTHERS[file]!;
  return isPage(file) ? path.basename(file, ".md") : null;
}

/** Links to pages lead to those of the site; what is no page of it (a file of the checkout) is named, and leads nowhere. */
function withLinks(text: string, folder: string): string {
  let made = text;
  // From the end, so that what comes before stays where it is.
  for (const { node } of [...nodesOf(treeOf(text))].reverse()) {
    if (node.type !== "link" && node.type !== "image") continue;
    const [start, end] = [node.position!.start.offset!, node.position!.end.offset!];
    const { url } = node as Link | Image;
    const whole = text.slice(start, end);
    // An address that stands for itself leads outside.
    if (!whole.endsWith(`](${url})`)) continue;
    const title = whole.slice(whole.indexOf("[") + 1, -`](${url})`.length);
    const link = node.type === "image" ? pictureOf(title, url) : linkOf(whole, title, url, folder);
    made = made.slice(0, start) + link + made.slice(end);
  }
  return made;
}

function linkOf(link: string, title: string, target: string, folder: string): string {
  const [file, heading] = target.split("#") as [string, string?];
  if (/^\w+:/.test(target) || file === "") return link;
  const full = path.posix.normalize(path.posix.join(folder, file));
  const schema = /^schema\/([\w-]+)\.schema\.json$/.exec(full)?.[1];
  const name = schema === undefined ? nameOf(full) : "schema";
  const anchor = schema ?? heading;
  if (name === null) return title;
  return `[${title}](./${name}.md${anchor === undefined ? "" : `#${anchor}`})`;
}

/** All pictures lie beside the pages. */
function pictureOf(title: string, target: string): string {
  return `![${title}](./${path.posix.basename(target)})`;
}
