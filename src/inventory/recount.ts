import type { OrgReader } from "../salesforce/reader.ts";
import { compareText } from "../text.ts";
import { conditionsOf, type Range, where } from "./partition.ts";
import type { ReadPart } from "./readRange.ts";

export const COUNT = "SELECT COUNT() FROM OauthToken";

/** The parts whose number of grants is no longer what was read, found by counting. */
export async function changedParts(
  reader: OrgReader,
  parts: readonly ReadPart[],
): Promise<{ changed: ReadPart[]; calls: number }> {
  const changed: ReadPart[] = [];
  let calls = 0;
  const count = (conditions: readonly string[]) => {
    calls++;
    return reader.count(`${COUNT}${where(conditions)}`);
  };
  // Parts beside each other along the key are counted together, and halved where the number is off.
  const search = async (spans: readonly Spanned[]): Promise<void> => {
    if (spans.length === 0) return;
    const read = spans.reduce((sum, { grants }) => sum + grants.length, 0);
    if ((await count(conditionsOf(hull(spans)))) === read) return;
    if (spans.length === 1) {
      changed.push(spans[0]!);
      return;
    }
    const half = spans.length >> 1;
    await Promise.all([search(spans.slice(0, half)), search(spans.slice(half))]);
  };
  const spans = parts.filter((part): part is Spanned => part.span !== null).sort(byStart);
  await search(spans);
  await Promise.all(
    parts
      .filter(({ span }) => span === null)
      .map(async (part) => {
        if ((await count(part.conditions)) !== part.grants.length) changed.push(part);
      }),
  );
  return { changed, calls };
}

type Spanned = ReadPart & { readonly span: Range };

function hull(spans: readonly Spanned[]): Range {
  return { ...spans[0]!.span, to: spans.at(-1)!.span.to };
}

function byStart({ span: a }: Spanned, { span: b }: Spanned): number {
  const start = ({ from }: Range) => ("value" in from ? from.value : "");
  return compareText(start(a), start(b));
}
