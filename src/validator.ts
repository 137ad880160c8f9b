import { Ajv, type ValidateFunction } from "ajv";

/**
 * A check against one of the JSON Schemas that `npm run schema` writes. It is compiled when it is first
 * used, and the sources of the schema are not loaded: a preview waits for neither.
 * @param allErrors whether it looks for every error, with what it found, or stops at the first
 */
export function validator<T>(schema: object, { allErrors = true } = {}): () => ValidateFunction<T> {
  let compiled: ValidateFunction<T> | undefined;
  return () => {
    // A test checks the schemas themselves, strictly; here that would take half of a preview's own time.
    compiled ??= new Ajv({
      allErrors,
      verbose: allErrors,
      strict: false,
      strictNumbers: true, // `.inf` and `.nan` are no numbers
      validateSchema: false,
      meta: false,
      code: { optimize: false },
    }).compile<T>(schema);
    return compiled;
  };
}
