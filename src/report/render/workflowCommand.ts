import { printable } from "../../printable.ts";

export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
  readonly file: string;
  /** From 1; 0 where the place is not a line of a file. */
  readonly line: number;
  readonly column?: number;
}

/** A workflow command, which GitHub shows as an annotation at its line. */
export function annotation({ level, title, message, file, line, column }: Annotation): string {
  const at = column === undefined ? "" : `col=${column},`;
  const place = line > 0 ? `file=${property(file)},line=${line},${at}` : "";
  return `::${level} ${place}title=${property(title)}::${data(message)}\n`;
}

/** A message of a workflow command: nothing in it can end the line or start another command. */
function data(text: string): string {
  return printable(text).replaceAll("%", "%25");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
