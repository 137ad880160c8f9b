import type { App } from "../inventory/inventory.ts";
import { isBlank } from "./hidden.ts";

/** Whether an entry can say that it means this one of the apps, or of the providers: by its id, or by a name that no other has. */
export function canBeNamed({ id, name, couldBe }: App, among: readonly App[]): boolean {
  if (id !== null) return true;
  const isDistinct = !isBlank(name) && among.filter((other) => other.name === name).length === 1;
  return couldBe === undefined && isDistinct;
}
