import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** Links within a built site that lead nowhere: no such file, or no such place on its page. @param base what addresses begin with */
export function brokenLinks(folder: string, base: string): string[] {
  const pages = readdirSync(folder).filter((name) => name.endsWith(".html"));
  const html = new Map(pages.map((name) => [name, readFileSync(path.join(folder, name), "utf8")]));
  return [...html].flatMap(([page, text]) =>
    [...text.matchAll(/<(?:a|img|link|script)\b[^>]*?\b(?:href|src)="([^"]+)"/g)].flatMap(([, link]) =>
      leads(link!, { page, folder, base, html }) ? [] : [`${page} links to ${link}`],
    ),
  );
}

interface Site {
  readonly page: string;
  readonly folder: string;
  readonly base: string;
  readonly html: ReadonlyMap<string, string>;
}

function leads(link: string, { page, folder, base, html }: Site): boolean {
  if (/^(?:\w+:|\/\/)/.test(link)) return true;
  const [address, anchor] = decodeURI(link).split("#") as [string, string?];
  const file = address === "" ? page : fileOf(address, base);
  const target = html.get(file) ?? html.get(`${file}.html`);
  if (target === undefined)
    return existsSync(path.join(folder, file)) && statSync(path.join(folder, file)).isFile();
  return anchor === undefined || anchor === "" || target.includes(` id="${anchor}"`);
}

function fileOf(address: string, base: string): string {
  const file = address.startsWith(base) ? address.slice(base.length) : address.replace(/^\.?\//, "");
  return file === "" ? "index.html" : file;
}
