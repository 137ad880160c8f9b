import type { Signer } from "./signers.ts";

/** One who may sign: all the keys and all the names that lead to one another by a line. */
export interface Person {
  /** In the order of the file. */
  readonly signers: readonly Signer[];
  readonly principals: readonly string[];
}

/**
 * The people of a file of allowed signers. Whoever has two keys, or goes by two names, is one: lines that share a key, or a
 * name without regard to case, are of one person. Pure.
 */
export function peopleOf(signers: readonly Signer[]): Person[] {
  let groups: (readonly Signer[])[] = [];
  for (const signer of signers) {
    const [own, others] = [
      groups.filter((group) => group.some((one) => isOfOne(one, signer))),
      groups.filter((group) => !group.some((one) => isOfOne(one, signer))),
    ];
    groups = [...others, [...own.flat(), signer]];
  }
  return groups.map((group) => {
    const sorted = [...group].sort((a, b) => a.line - b.line);
    return { signers: sorted, principals: [...new Set(sorted.flatMap(({ principals }) => principals))] };
  });
}

/** Whether one of a person's names is among those given, without regard to case. */
export function isNamed({ principals }: Pick<Person, "principals">, names: readonly string[]): boolean {
  const lower = new Set(names.map((name) => name.toLowerCase()));
  return principals.some((name) => lower.has(name.toLowerCase()));
}

function isOfOne(a: Signer, b: Signer): boolean {
  return a.key === b.key || isNamed(a, b.principals);
}
