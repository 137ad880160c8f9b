/**
 * What a function returns, without what Node warns of meanwhile: of a part of Node that a package uses, or that may still change, nobody who
 * runs this can do anything, and a run is quiet where it is piped.
 */
export function quietly<T>(load: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
