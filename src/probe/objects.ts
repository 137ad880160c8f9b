import type { OrgReader } from "../salesforce/reader.ts";
import { ask, fieldNames } from "./answers.ts";
import { DESCRIBED } from "./known.ts";
import type { OrgProfile } from "./profileSchema.ts";

interface Described {
  readonly deletable?: unknown;
  readonly fields?: unknown;
}
interface DescribedField {
  readonly name?: unknown;
  readonly filterable?: unknown;
  readonly sortable?: unknown;
  readonly groupable?: unknown;
}

/** What describe says of them. */
export async function askObjects(reader: OrgReader): Promise<OrgProfile["objects"]> {
  const entries = [];
  for (const name of DESCRIBED) {
    const { answer, value } = await ask(() => reader.get<Described | null>(`/sobjects/${name}/describe`));
    const fields: DescribedField[] = Array.isArray(value?.fields) ? value.fields : [];
    const named = new Set(fieldNames(fields.map((field) => field?.name)));
    const facts = fields
      .filter((field) => named.has(String(field?.name)))
      .map((field) => [String(field.name), factsOf(field)] as const);
    entries.push([
      name,
      {
        answer,
        deletable: value?.deletable === true,
        fields: Object.fromEntries(facts.sort(([a], [b]) => (a < b ? -1 : 1))),
        otherFields: fields.length - facts.length,
      },
    ]);
  }
  return Object.fromEntries(entries) as OrgProfile["objects"];
}

function factsOf({ filterable, sortable, groupable }: DescribedField): string {
  const facts = [filterable === true && "f", sortable === true && "s", groupable === true && "g"];
  return facts.filter(Boolean).join("") || "-";
}
