/** What a text is shown on. */
export interface Terminal {
  /** In columns; null where it is no terminal: then nothing is cut. */
  readonly width: number | null;
  readonly color: boolean;
}

/** A file or a pipe. */
export const NO_TERMINAL: Terminal = { width: null, color: false };
