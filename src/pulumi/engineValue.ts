/** How a map or a list begins in JSON; `[DEV] Slack` is none. */
const LIKE_JSON = /^(\s*)([{[])(?=\s*["{[\]}\dtfn-])/;

/**
 * Data whose texts the engine shows as texts. It takes one that is JSON for what that says, and prints its keys, and whatever its
 * `\u` escapes stand for, as they are (decodeValue in pkg/backend/display/object_diff.go, v3.259.0): so none begins as JSON does.
 */
export function shownAsText<T>(data: T): T {
  if (typeof data === "string") return data.replace(LIKE_JSON, escapedStart) as T;
  if (data === null || typeof data !== "object" || Array.isArray(data)) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, shownAsText(value)])) as T;
}

function escapedStart(_: string, blanks: string, bracket: string): string {
  return `${blanks}\\u{${bracket.codePointAt(0)!.toString(16)}}`;
}
