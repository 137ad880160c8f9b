import { toId18 } from "../inventory/id.ts";

/** An id of 18 characters: a key prefix such as `005`, and a number. */
export function sfId(prefix: string, serial: number): string {
  return toId18(`${prefix}${String(serial).padStart(12, "0")}`);
}
