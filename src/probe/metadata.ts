import type { OrgReader } from "../salesforce/reader.ts";
import { amountOf, ask, keysOf } from "./answers.ts";
import { METADATA_TYPES } from "./known.ts";
import type { OrgProfile } from "./profileSchema.ts";

/** What the Metadata API lists of each, and hands out of the first one. */
export async function askMetadata(reader: OrgReader): Promise<OrgProfile["metadata"]> {
  const entries = [];
  for (const type of METADATA_TYPES) {
    const listed = await ask(() => reader.listMetadata(type));
    const name = listed.value?.[0]?.fullName;
    const read =
      name === undefined ? null : await ask(() => reader.readMetadata<Record<string, unknown>>(type, [name]));
    entries.push([
      type,
      {
        list: listed.answer,
        amount: listed.value === null ? null : amountOf(listed.value.length),
        read: read?.answer ?? null,
        keys: keysOf(read?.value?.[0]),
      },
    ]);
  }
  return Object.fromEntries(entries) as OrgProfile["metadata"];
}
