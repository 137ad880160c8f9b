import { salesforceErrors } from "./errors.ts";

declare const kind: unique symbol;
/** An id of 18 characters, made only by the functions of this file: one kind is no other, and a text is none. */
type Id<Kind> = string & { readonly [kind]: Kind };

/** Of the Organization, `00D…`. */
export type OrgId = Id<"organization">;
/** Of a User, `005…`. */
export type UserId = Id<"user">;
/** Of a ConnectedApplication (`0H4…`), an ExternalClientApplication (`0xI…`) or an AuthProvider (`0SO…`). */
export type AppId = Id<"app">;

/** Which app somebody means: decided once, where it is read, and never guessed later. */
export type AppRef = { readonly id: AppId } | { readonly name: string };

const SUFFIX_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
const ID_15 = /^[A-Za-z0-9]{15}$/;
const ID_18 = /^[A-Za-z0-9]{18}$/;

/**
 * The id of a record of any kind in an answer of the org, in its 18-character form. The last three characters
 * encode which of the first fifteen are upper case, so that 15-character ids (as in `AppMenuItemId`) and
 * 18-character ones compare equal.
 * @throws InconclusiveError for what is not an id: whatever is told by it cannot be told
 */
export function toId18(answer: string): string {
  if (typeof answer === "string") {
    if (ID_18.test(answer)) return answer;
    if (ID_15.test(answer)) return answer + suffixOf(answer);
  }
  throw salesforceErrors["id-not-readable"]({ text: JSON.stringify(String(answer).slice(0, 40)) });
}

/** The org's id in an answer of the org. Errors as `toId18`. */
export function orgIdOf(answer: string): OrgId {
  return toId18(answer) as OrgId;
}

/** A user's id in an answer of the org. Errors as `toId18`. */
export function userIdOf(answer: string): UserId {
  return toId18(answer) as UserId;
}

/** An app's id in an answer of the org. Errors as `toId18`. */
export function appIdOf(answer: string): AppId {
  return toId18(answer) as AppId;
}

/** The org's id as a person writes it, with 15 or 18 characters; null for anything else. */
export function parseOrgId(text: string): OrgId | null {
  return text.startsWith("00D") ? (written(text) as OrgId | null) : null;
}

/** A user's id as a person writes it, with 15 or 18 characters; null for anything else. */
export function parseUserId(text: string): UserId | null {
  return text.startsWith("005") ? (written(text) as UserId | null) : null;
}

/** An app's id as a person writes it, with 15 or 18 characters; null for anything else, such as a name. */
export function parseAppId(text: string): AppId | null {
  return /^0(H4|xI)/.test(text) ? (written(text) as AppId | null) : null;
}

/** An identity provider's id as a person writes it, with 15 or 18 characters; null for anything else, such as a name. */
export function parseProviderId(text: string): AppId | null {
  return text.startsWith("0SO") ? (written(text) as AppId | null) : null;
}

/** Which app a text means: by id where it has the form of an app's id, else by name. */
export function appRef(text: string): AppRef {
  const id = parseAppId(text);
  return id === null ? { name: text } : { id };
}

/** Whether an app is the one that is meant. */
export function isMeant(ref: AppRef, app: { readonly id: AppId | null; readonly name: string }): boolean {
  return "id" in ref ? app.id === ref.id : app.name === ref.name;
}

/** The id or the name, for people and machines that read it; it is not parsed again. */
export function refText(ref: AppRef): string {
  return "id" in ref ? ref.id : ref.name;
}

/** Whether an id as a person writes it has last three characters that do not follow from the others: one of them, or its case, is another. */
export function isMiscopied(text: string, id: string | null): boolean {
  return id !== null && text.length === 18 && text !== id;
}

/** People copy ids from addresses and reports; what the last three characters say follows from the others. */
function written(text: string): string | null {
  if (!/^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/.test(text)) return null;
  const id = text.slice(0, 15);
  return id + suffixOf(id);
}

function suffixOf(id15: string): string {
  let suffix = "";
  for (let chunk = 0; chunk < 3; chunk++) {
    let bits = 0;
    for (let i = 0; i < 5; i++) {
      if (/[A-Z]/.test(id15[chunk * 5 + i]!)) bits |= 1 << i;
    }
    suffix += SUFFIX_ALPHABET[bits];
  }
  return suffix;
}
