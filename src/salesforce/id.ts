const SUFFIX_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/**
 * The 18-character form of a Salesforce id. The last three characters encode which of the first
 * fifteen are upper case, so 15-character ids (as in `AppMenuItemId`) and 18-character ones compare equal.
 * Returns the text unchanged where it is not an id of 15 characters.
 */
export function toId18(id: string): string {
  if (!/^[A-Za-z0-9]{15}$/.test(id)) return id;
  let suffix = "";
  for (let chunk = 0; chunk < 3; chunk++) {
    let bits = 0;
    for (let i = 0; i < 5; i++) {
      if (/[A-Z]/.test(id[chunk * 5 + i]!)) bits |= 1 << i;
    }
    suffix += SUFFIX_ALPHABET[bits];
  }
  return id + suffix;
}
