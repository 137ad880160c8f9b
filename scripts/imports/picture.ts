import path from "node:path";
import { doors, pure, type Room, rooms } from "./layers.ts";

const BEGIN = "<!-- Made from scripts/imports/layers.ts by `npm run picture`. -->";
const END = "<!-- The end of the picture. -->";

/** A page with the picture of the rooms between its two marks made anew. */
export function withPicture(page: string): string {
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`The page has no ${BEGIN} with ${END} after it.`);
  return `${page.slice(0, before)}${BEGIN}\n${picture()}${page.slice(after)}`;
}

/** The layers as a graph without the arrows that others imply, and as a table with all of them. */
function picture(): string {
  const arrows = Object.keys(rooms).flatMap((name) =>
    [...arrowsOf(name)]
      .filter((to) => ![...arrowsOf(name)].some((between) => between !== to && reaches(between, to)))
      .map((to) => `  ${name} ${rooms[name]!.imports.includes(to) ? "-->" : "-.->"} ${to}`),
  );
  const rows = Object.entries(rooms).map(
    ([name, { imports, types = [], packages = [] }]) =>
      `| ${name} | ${purity(name)} | ${imports.join(", ")} | ${types.join(", ")} | ${packages.join(", ")} |`,
  );
  return [
    "",
    "```mermaid",
    "graph TD",
    ...arrows,
    "```",
    "",
    "| room | I/O | imports | types alone | packages |",
    "|---|---|---|---|---|",
    ...rows,
    "",
    "",
  ].join("\n");
}

function purity(name: string): string {
  if (!pure.includes(name)) return "yes";
  const inRoom = doors.filter((file) => path.posix.dirname(file) === (name === "ground" ? "." : name));
  return inRoom.length > 0 ? `none but in ${inRoom.map((file) => `\`${file}\``).join(", ")}` : "none";
}

function arrowsOf(name: string): Set<string> {
  const { imports, types = [] }: Room = rooms[name]!;
  return new Set([...imports, ...types]);
}

function reaches(from: string, to: string): boolean {
  return [...arrowsOf(from)].some((next) => next === to || reaches(next, to));
}
