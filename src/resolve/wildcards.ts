/**
 * Whether a text is like a pattern: `*` for any text and `?` for one character. It takes no longer than the lengths of
 * the two, multiplied: a pattern of many `*` that were an expression would take for ever on a long name.
 */
export function wildcards(pattern: string): (text: string) => boolean {
  const wanted = [...pattern];
  return (text) => {
    const given = [...text];
    let at = 0;
    let next = 0;
    /** Where to take up again with one character more for the last `*`. */
    let retry: { readonly next: number; at: number } | null = null;
    while (at < given.length) {
      if (wanted[next] === "*") retry = { next: ++next, at };
      else if (next < wanted.length && (wanted[next] === "?" || wanted[next] === given[at])) {
        next++;
        at++;
      } else if (retry === null) return false;
      else {
        next = retry.next;
        at = ++retry.at;
      }
    }
    return wanted.slice(next).every((character) => character === "*");
  };
}
