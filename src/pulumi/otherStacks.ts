import { printable } from "../printable.ts";
import type { SeenStack, StackNotes } from "../run/stackNotes.ts";
import { dayOf } from "../time.ts";

/** A resource that is checked. */
export interface CheckedResource {
  readonly urn: string;
  readonly orgId: string;
  /** Whether it is checked for a preview, which notes nothing. */
  readonly isPreview: boolean;
  /** Whether it is new to its stack. */
  readonly isNew: boolean;
}

type Stack = SeenStack["stack"];

const MOST_NAMED = 3;
const LONGEST_NAME = 60;

/**
 * Tells of an org that more than one resource keeps, be they of one program or of stacks that update it from here: each
 * revokes by its own policy. That may be meant, so that nothing is refused.
 */
export class OtherStacks {
  /** The org of each resource that this process checked, by URN. */
  readonly #here = new Map<string, string>();

  /** Notes that a resource is updated, where nobody knew when it was checked that it would be. */
  note(notes: StackNotes, urn: string, orgId: string): void {
    const own = stackOf(urn);
    if (own !== null) notes.note(orgId, own);
  }

  /** Notes an update. @returns a line that is to be said, or none */
  lines(notes: StackNotes, { urn, orgId, isPreview, isNew }: CheckedResource): string[] {
    const own = stackOf(urn);
    if (own === null) return [];
    const seen = notes.of(orgId);
    const here = [...this.#here].flatMap(([other, org]) =>
      other !== urn && org === orgId ? (stackOf(other) ?? []) : [],
    );
    this.#here.set(urn, orgId);
    if (!isPreview) notes.note(orgId, own);
    if ("why" in seen)
      return [`whether another stack keeps this org, too, is not known: its record ${seen.why}`];
    const others = new Set([
      ...here.map(({ resource }) => `${quoted(resource)} of this program`),
      ...seen
        .toSorted((one, other) => other.at - one.at)
        .filter(({ stack }) => ![own, ...here].some((one) => isSame(stack, one)))
        .map(({ stack, at }) => `${nameOf(stack, own)} (updated on ${dayOf(at)})`),
    ]);
    if (others.size === 0) return [];
    const isNoted = seen.some(({ stack }) => isSame(stack, own));
    const renamed = here.length > 0 || isNew || isNoted ? "" : ", unless this one was called so before";
    return [
      `this org is also kept by ${listed([...others])}${renamed}: each revokes by its own policy. See docs/state.md, "Two stacks for one org"`,
    ];
  }
}

/** The stack and the resource that a URN names: `urn:pulumi:STACK::PROJECT::TYPES::NAME`. Null for any other text. */
export function stackOf(urn: string): Stack | null {
  const [, text] = /^urn:pulumi:(.*)$/s.exec(urn) ?? [];
  const [name = "", project = "", , ...resource] = text?.split("::") ?? [];
  return resource.length === 0 ? null : { project, name, resource: resource.join("::") };
}

function isSame(one: Stack, other: Stack): boolean {
  return one.project === other.project && one.name === other.name && one.resource === other.resource;
}

/** As a reader of the own stack would say it. */
function nameOf({ project, name, resource }: Stack, own: Stack): string {
  if (project !== own.project) return `stack ${quoted(name)} of project ${quoted(project)}`;
  return name === own.name ? `${quoted(resource)} of this stack` : `stack ${quoted(name)}`;
}

/** Names come from files that others can write, too. */
function quoted(text: string): string {
  return `"${printable(text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text)}"`;
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  const shown = more <= 0 ? names : [...names.slice(0, MOST_NAMED), `${more} more`];
  return [shown.slice(0, -1).join(", "), ...shown.slice(-1)].filter((text) => text !== "").join(" and ");
}
