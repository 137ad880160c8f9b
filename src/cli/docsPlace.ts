import path from "node:path";

const HOME = path.resolve(import.meta.dirname, "../..");

/**
 * A message with the place of the pages that it names, as in "see docs/connecting.md": who has installed the package finds them beside
 * its code, and a checkout has them where it says.
 */
export function withDocsPlace(message: string): string {
  if (!HOME.split(path.sep).includes("node_modules")) return message;
  const docs = path.join(HOME, "docs");
  const below = path.relative(process.cwd(), docs);
  const place = below.startsWith("..") ? docs : below;
  return message.replaceAll(/(?<![\w/])docs(?=\/[\w-]+\.md)/g, () => place);
}
