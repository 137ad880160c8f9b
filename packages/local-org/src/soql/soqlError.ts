/** A query that the org refuses, with Salesforce's error code. */
export class SoqlError extends Error {
  readonly code: string;
  /** Of HTTP. */
  get status(): number {
    return this.code === "UNKNOWN_EXCEPTION" ? 500 : 400;
  }

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
