import { LONGEST_NAME, typingDistance } from "../names.ts";

/** The known name that a typing mistake most likely meant; null where none is near. */
export function nearest(text: string, known: Iterable<string>): string | null {
  const wanted = text.toLowerCase();
  const most = Math.max(1, Math.floor(wanted.length / 3));
  let best: { name: string; distance: number } | null = null;
  for (const name of known) {
    // The distance is at least the difference in length, and few of an org's many names come near.
    if (Math.abs(name.length - wanted.length) > most || wanted.length > LONGEST_NAME) continue;
    const distance = typingDistance(wanted, name.toLowerCase());
    if (distance <= most && (best === null || distance < best.distance)) best = { name, distance };
  }
  return best?.name ?? null;
}

/** Fewer characters are part of too many names. */
const SHORTEST_PART = 3;
/** More names than these are no suggestion. */
const MOST_MEANT = 3;

/**
 * The known names that somebody most likely meant: the nearest by typing, else the few that hold what was typed. Of usernames
 * the part before the @ alone is compared where the rest is the same, since that is long and proves nothing.
 */
export function namesMeant(text: string, known: readonly string[]): readonly string[] {
  const at = text.lastIndexOf("@");
  const domain = at < 0 ? "" : text.slice(at).toLowerCase();
  const ofDomain = domain === "" ? [] : known.filter((name) => name.toLowerCase().endsWith(domain));
  const local = nearest(
    text.slice(0, at),
    ofDomain.map((name) => name.slice(0, -domain.length)),
  );
  if (local !== null) return ofDomain.filter((name) => name.slice(0, -domain.length) === local).slice(0, 1);
  const near = ofDomain.length > 0 ? null : nearest(text, known);
  if (near !== null) return [near];
  const part = text.toLowerCase();
  const holding =
    part.length < SHORTEST_PART ? [] : known.filter((name) => name.toLowerCase().includes(part));
  return holding.length > MOST_MEANT ? [] : holding;
}

/** `Did you mean "Slack"? ` as the beginning of a remedy; nothing where no known name comes near. */
export function meantText(text: string, known: readonly string[]): string {
  const names = namesMeant(text, known).map((name) => `"${name}"`);
  return names.length === 0 ? "" : `Did you mean ${names.join(" or ")}? `;
}

/** `; did you mean "…"?` in the form of a remedy, or what to do where no known name is near. */
export function didYouMean(text: string, known: Iterable<string>, otherwise: string): string {
  const name = nearest(text, known);
  return name === null ? otherwise : `did you mean "${name}"?`;
}
