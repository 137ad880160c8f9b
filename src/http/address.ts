import { UserError } from "../errors.ts";

/**
 * The origin of an org's address. Plain http would show tokens to the network, so it is for this
 * machine alone.
 * @param name of the setting that holds it, for the message
 * @throws UserError where the text is no URL, not https, or the address of the user interface
 */
export function originOf(text: string, name: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UserError(`${name} is no URL: write it as https://acme.my.salesforce.com.`);
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname)))
    throw new UserError(
      `${name} must begin with https:// (${url.protocol}//${url.hostname} would send tokens in the clear).`,
    );
  if (url.hostname.endsWith(".lightning.force.com") || url.hostname.endsWith(".salesforce-setup.com"))
    throw new UserError(
      `${name} is the address of the user interface (${url.hostname}): use the org's My Domain, as in https://acme.my.salesforce.com.`,
    );
  return url.origin;
}

/** Whether the host name is this machine's. */
export function isLoopback(hostname: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}
