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

/** `; did you mean "…"?` in the form of a remedy, or what to do where no known name is near. */
export function didYouMean(text: string, known: Iterable<string>, otherwise: string): string {
  const name = nearest(text, known);
  return name === null ? otherwise : `did you mean "${name}"?`;
}
