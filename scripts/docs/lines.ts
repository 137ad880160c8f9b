/** The commands of a block as they are typed: a line that goes on is of the one before it, and comments are nobody's. */
export function typedIn(text: string): string[] {
  const commands: string[] = [];
  let open = "";
  for (const line of text.split("\n")) {
    open = open === "" ? line.trim() : `${open}\n${line}`;
    if (/(\\|&&|\|)\s*$/.test(open)) continue;
    if (open !== "" && !open.startsWith("#")) commands.push(open);
    open = "";
  }
  return commands;
}
