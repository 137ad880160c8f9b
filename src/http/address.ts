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
  if (protocol !== "https:" && !(protocol === "http:" && isLoopback(hostname)))
    throw httpErrors["address-not-https"]({ setting, address: `${protocol}//${hostname}` });
  if (hostname.endsWith(".lightning.force.com") || hostname.endsWith(".salesforce-setup.com"))
    throw httpErrors["address-of-user-interface"]({ setting, host: hostname });
  return url.origin;
}

/** Whether the host name is this machine's. */
export function isLoopback(hostname: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}
