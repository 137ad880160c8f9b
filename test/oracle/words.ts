/** The oracle's own reading of names, ids, patterns, days and scopes: nothing here is shared with `src`. */

/** Names are compared after this, unless two texts are exactly the same: what nobody sees is like a blank. */
export function folded(name: string): string {
  const seen = [...name.normalize("NFC").toUpperCase().toLowerCase()]
    .map((c) => (/[\p{Cc}\p{Default_Ignorable_Code_Point}\s]/u.test(c) ? " " : c))
    .join("");
  return seen
    .split(" ")
    .filter((word) => word !== "")
    .join(" ")
    .normalize("NFC");
}

/** What a name looks like: without blanks, and with wide or ligated letters as plain ones. */
export function look(name: string): string {
  return folded(name.normalize("NFKC")).split(" ").join("");
}

/** Who of some things has a name: those of exactly this text, or else those of the same folded text. */
export function named<T>(things: readonly T[], name: string, namesOf: (thing: T) => readonly string[]): T[] {
  const exactly = things.filter((thing) => namesOf(thing).includes(name));
  if (exactly.length > 0) return exactly;
  const wanted = folded(name);
  return things.filter((thing) => namesOf(thing).some((one) => folded(one) === wanted));
}

/** Whether a name is a typing mistake for another: 1 change for 4 to 7 characters, 2 from 8, never digits alone. */
export function isNear(name: string, other: string): boolean {
  const [a, b] = [folded(name), folded(other)];
  if (a === b || look(name) === look(other)) return true;
  const undigited = (text: string) => text.replace(/\d+/gu, "#");
  if (undigited(a) === undigited(b)) return false;
  const allowed = a.length >= 8 ? 2 : a.length >= 4 ? 1 : 0;
  return changes(a, b) <= allowed;
}

/** A typing mistake before the @ or behind it. */
export function isNearUsername(name: string, other: string): boolean {
  const [one, two] = [name.split("@"), other.split("@")];
  const same = (part: number) => folded(one[part] ?? "") === folded(two[part] ?? "");
  const near = (part: number) => isNear(one[part] ?? "", two[part] ?? "");
  return (same(0) && near(1)) || (near(0) && same(1));
}

/** Characters to insert, leave out, replace, or swap with the next one; by the recursion of the definition. */
function changes(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Number.POSITIVE_INFINITY;
  const known = new Map<string, number>();
  const from = (i: number, j: number): number => {
    if (i === a.length || j === b.length) return a.length - i + (b.length - j);
    if (a[i] === b[j]) return from(i + 1, j + 1);
    const key = `${i} ${j}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const ways = [from(i + 1, j), from(i, j + 1), from(i + 1, j + 1)];
    if (a[i] === b[j + 1] && a[i + 1] === b[j]) ways.push(from(i + 2, j + 2));
    const least = 1 + Math.min(...ways);
    known.set(key, least);
    return least;
  };
  return from(0, 0);
}

/** The packages that bring apps of Salesforce's own, and what those that orgs here have are called. */
const PACKAGES = ["sf_chttr_apps", "sf_com_apps"];
const SALESFORCES_OWN = ["Data Loader", "Salesforce for iOS", "Salesforce CLI"];

export function isOfSalesforce(namespace: string | undefined): boolean {
  return namespace !== undefined && PACKAGES.includes(namespace);
}

export function isCalledSalesforces(name: string): boolean {
  return SALESFORCES_OWN.some((one) => look(one) === look(name));
}

/** `*` is any text and `?` one character; compared as names are. */
export function isLike(text: string, pattern: string): boolean {
  const [letters, wild] = [[...folded(text)], [...folded(pattern)]];
  const fits = (i: number, j: number): boolean => {
    if (j === wild.length) return i === letters.length;
    if (wild[j] === "*")
      return Array.from({ length: letters.length - i + 1 }, (_, n) => i + n).some((at) => fits(at, j + 1));
    return i < letters.length && (wild[j] === "?" || wild[j] === letters[i]) && fits(i + 1, j + 1);
  };
  return fits(0, 0);
}

/** The id of 18 characters for one of 15 or 18: the last three say which of the others are capitals. */
export function id18(id: string): string {
  const bits = [0, 1, 2].map((part) =>
    [...id.slice(part * 5, part * 5 + 5)].reduce((sum, c, i) => sum + (/[A-Z]/.test(c) ? 2 ** i : 0), 0),
  );
  return id.slice(0, 15) + bits.map((n) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[n]).join("");
}

/** An id of a number, with the prefix that says of what. */
export function numbered(prefix: string, n: number): string {
  return id18(`${prefix}${String(n).padStart(12, "0")}`);
}

/** Where no key says which of the two it is, a text of this form is an app's id, and any other a name. */
export function looksLikeAppId(text: string): boolean {
  return /^0(?:H4|xI)[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/.test(text);
}

const DAY = 86_400_000;

/** N days are over once more than N times 24 hours have passed. */
export function isLongerThan(days: number, from: number, to: number): boolean {
  return to - from > days * DAY;
}

/** The first instant of a day in UTC. */
export function startOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

/** The first instant after a day in UTC. */
export function endOfDay(day: string): number {
  return startOfDay(day) + DAY;
}

/** The day of an instant, so many days later. */
export function dayAfter(time: number, days = 0): string {
  return new Date(time + days * DAY).toISOString().slice(0, 10);
}

/** What the org calls a scope, and what an authorization request and the policy call it. */
const SCOPES: Readonly<Record<string, string>> = {
  Basic: "id",
  Api: "api",
  Web: "web",
  Full: "full",
  Chatter: "chatter_api",
  CustomApplications: "visualforce",
  RefreshToken: "refresh_token",
  OpenID: "openid",
  Profile: "profile",
  Email: "email",
  Address: "address",
  Phone: "phone",
  OfflineAccess: "offline_access",
  CustomPermissions: "custom_permissions",
  Wave: "wave_api",
  Eclair: "eclair_api",
  Pardot: "pardot_api",
  Lightning: "lightning",
  Content: "content",
  CDPIngest: "cdp_ingest_api",
  Chatbot: "chatbot_api",
  ForgotPassword: "forgot_password",
  UserRegistration: "user_registration_api",
  PwdlessLogin: "pwdless_login_api",
};

export const SCOPE_NAMES = Object.keys(SCOPES);

export function scopeInPolicy(inOrg: string): string {
  return SCOPES[inOrg]!;
}

/** Scopes of several names, as docs/policy.md has them. */
const SAME = [
  ["refresh_token", "offline_access"],
  ["id", "profile", "email", "address", "phone"],
];
const INCLUDED: Readonly<Record<string, string>> = { chatter_api: "api", visualforce: "web" };

/** Whether a list of scopes allows one: itself, one that is the same, or one that includes it. */
export function allowsScope(listed: readonly string[], asked: string): boolean {
  if (listed.includes(asked) || listed.includes(INCLUDED[asked]!)) return true;
  if (SAME.some((names) => names.includes(asked) && listed.some((scope) => names.includes(scope))))
    return true;
  return listed.includes("full") && !SAME[0]!.includes(asked);
}
