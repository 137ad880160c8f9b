import { httpErrors } from "./errors.ts";

/**
 * The origin of an org's address. Plain http would show tokens to the network, so it is for this
 * machine alone.
 * @param setting its name, for the message
 * @throws SettingsError where the text is not a URL, not https, or the address of the user interface
 */
export function originOf(text: string, setting: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw httpErrors["address-not-a-url"]({ setting });
  }
  const { protocol, hostname } = url;
  // Any text with a colon is a URL of some scheme, a password too: nothing of it is quoted.
  if (!/^https?:$/.test(protocol)) throw httpErrors["address-not-a-url"]({ setting });
  if (protocol === "http:" && !isLoopback(hostname))
    throw httpErrors["address-not-https"]({ setting, address: `http://${hostname}` });
  if (hostname.endsWith(".lightning.force.com") || hostname.endsWith(".salesforce-setup.com"))
    throw httpErrors["address-of-user-interface"]({ setting, host: hostname });
  return url.origin;
}

/**
 * The origin of an address that a person set: nothing but a slash may follow the host, since whoever writes more means
 * more than is used, or gives away a password. Errors as `originOf`, and where there is more; the address is not quoted.
 */
export function givenOrigin(text: string, setting: string): string {
  const origin = originOf(text, setting);
  const { username, password, pathname, search, hash } = new URL(text);
  if (username + password !== "") throw httpErrors["address-with-login"]({ setting });
  if (pathname !== "/" || search + hash !== "") throw httpErrors["address-with-path"]({ setting });
  return origin;
}

/** Whether the host name is this machine's. */
export function isLoopback(hostname: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}
