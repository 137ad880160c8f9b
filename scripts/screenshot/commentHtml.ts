import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/** Not every machine that makes the pictures has a font with these. */
const LIGHTS: Readonly<Record<string, string>> = { "🔴": "#d1242f", "🟠": "#d9731a", "🟡": "#bf8700" };

/** A page that shows a comment as a pull request does. @param markdown of our own making: its names are escaped, and its tags are meant */
export function commentHtml(markdown: string): string {
  const html = micromark(markdown, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  }).replace(/🔴|🟠|🟡/gu, (light) => `<span style="color:${LIGHTS[light]}">●</span>`);
  return `<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 20px; background: #fff; color: #1f2328; font: 14px/1.5 "DejaVu Sans", "Segoe UI", Helvetica, Arial, sans-serif }
main { border: 1px solid #d1d9e0; border-radius: 6px; padding: 4px 20px 14px }
h2, h3 { border-bottom: 1px solid #d1d9e0; padding-bottom: 6px } h2 { font-size: 20px } h3 { font-size: 16px }
table { border-collapse: collapse } td, th { border: 1px solid #d1d9e0; padding: 5px 12px; text-align: left }
code { background: #eff1f3; border-radius: 5px; padding: 2px 5px; font-family: "DejaVu Sans Mono", monospace; font-size: 12px }
details { margin: 8px 0 } summary { cursor: pointer }
</style><main>${html}</main>`;
}
