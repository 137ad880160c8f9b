// What is imported as JSON lies beside dist/ as it lies beside src/, so that a build carries none of it along.
declare module "*.schema.json" {
  const schema: object;
  export default schema;
}

declare module "*/package.json" {
  const manifest: { readonly version: string };
  export default manifest;
}
