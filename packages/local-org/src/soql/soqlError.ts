/** A query that the org refuses, with Salesforce's error code. */
export class SoqlError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
