import type { ListedComponent, OrgReader } from "../salesforce/reader.ts";

/** The same reader, but what two parts of a listing ask of the metadata of apps is asked once. */
export function askingOnce(reader: OrgReader): OrgReader {
  const answers = new Map<string, Promise<unknown>>();
  const once = <T>(question: readonly unknown[], ask: () => Promise<T>): Promise<T> => {
    const key = JSON.stringify(question);
    const known = answers.get(key) as Promise<T> | undefined;
    const answer = known ?? ask();
    answers.set(key, answer);
    return answer;
  };
  // Numbers such as `calls` stay those of the reader.
  return Object.assign(Object.create(reader) as OrgReader, {
    listMetadata: (type: string) => once<ListedComponent[]>(["list", type], () => reader.listMetadata(type)),
    readMetadata: <T>(type: string, names: readonly string[]) =>
      once(["read", type, names], () => reader.readMetadata<T>(type, names)),
  });
}
