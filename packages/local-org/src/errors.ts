/** A mistake of whoever starts a local org: a wrong fixture or option, a port that is taken. */
export class LocalOrgError extends Error {
  override name = "LocalOrgError";
}
