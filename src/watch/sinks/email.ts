import { createTransport } from "nodemailer";
import { isLoopback } from "../../http/address.ts";
import { watchErrors } from "../errors.ts";
import type { WatchEvent } from "../event.ts";
import { cutTo, eventLine, messageOf } from "./message.ts";
import { LaterError, RefusedError, type Sink } from "./sink.ts";

const TIMEOUT_MS = 20_000;
const MOST_OF_SUBJECT = 200;

/** One address, and nothing that a mail server or a header reads as more: no display name, no comment, no quotes. */
const ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i;
/** A part before the @ that some servers read as another address to pass the mail on to: `ann%evil.example@acme.com`. */
const ROUTED = /[%!]/;
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i;

/**
 * Mail by SMTP to fixed addresses, and to owners whom the policy names by an address of one of the domains that are named: nobody is written to
 * only because a policy says so. Encrypted always, but to this machine itself.
 * @throws SettingsError
 */
export function email(env: NodeJS.ProcessEnv): Sink {
  const server = serverOf(env);
  const from = listed("SANCTIONED_EMAIL_FROM", ADDRESS, "sanctioned@acme.com", env)[0];
  if (from === undefined) throw watchErrors["hook-address-missing"]({ variable: "SANCTIONED_EMAIL_FROM" });
  const to = listed("SANCTIONED_EMAIL_TO", ADDRESS, "security@acme.com, crm@acme.com", env);
  const domains = listed("SANCTIONED_EMAIL_OWNERS", DOMAIN, "acme.com, acme.org", env);
  if (to.length + domains.length === 0) throw watchErrors["mail-to-nobody"]();
  return {
    name: "email",
    send: async (event, signal) => {
      const recipients = recipientsOf(event, to, domains);
      if (recipients.length === 0) return;
      const transport = createTransport({
        ...server,
        connectionTimeout: TIMEOUT_MS,
        greetingTimeout: TIMEOUT_MS,
        socketTimeout: TIMEOUT_MS,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      const giveUp = () => transport.close();
      signal.addEventListener("abort", giveUp, { once: true });
      try {
        // The same id each time that it is sent: a receiver can tell that it is the same.
        const messageId = `<${event.id}@sanctioned.invalid>`;
        await transport.sendMail({ from, to: [...recipients], messageId, ...mailOf(event) });
      } catch (error) {
        throw notTaken(error, server.host);
      } finally {
        signal.removeEventListener("abort", giveUp);
        transport.close();
      }
    },
  };
}

/** An event as a mail of plain text. Pure. */
export function mailOf(event: WatchEvent): { readonly subject: string; readonly text: string } {
  const { heading, text, facts, commands, links, readOn } = messageOf(event);
  const parts = [
    heading,
    text,
    facts.map(([label, value]) => `${label}: ${value}`).join("\n"),
    ...(commands.length === 0 ? [] : [`Next:\n${commands.map((command) => `  ${command}`).join("\n")}`]),
    ...(readOn === null ? [] : [`What to do: ${readOn}`]),
    links.map(({ label, url }) => `${label}: ${url}`).join("\n"),
  ];
  return {
    subject: cutTo(MOST_OF_SUBJECT, eventLine(event)),
    text: `${parts.filter((part) => part !== "").join("\n\n")}\n`,
  };
}

/** Whom an event is sent to, each once. */
function recipientsOf(
  { owner }: WatchEvent,
  to: readonly string[],
  domains: readonly string[],
): readonly string[] {
  const isTold =
    owner !== null &&
    ADDRESS.test(owner) &&
    !ROUTED.test(owner) &&
    domains.some((domain) => owner.toLowerCase().endsWith(`@${domain.toLowerCase()}`));
  return isTold && !to.some((one) => one.toLowerCase() === owner.toLowerCase()) ? [...to, owner] : to;
}

interface Server {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly requireTLS: boolean;
  readonly auth?: { readonly user: string; readonly pass: string };
}

/** @throws SettingsError that names the variable, and nothing of its value */
function serverOf(env: NodeJS.ProcessEnv): Server {
  const variable = "SANCTIONED_SMTP_URL";
  const value = env[variable]?.trim();
  if (!value) throw watchErrors["mail-server-missing"]({ variable });
  const url = URL.canParse(value) ? new URL(value) : null;
  const secure = url?.protocol === "smtps:";
  if (url === null || !(secure || url.protocol === "smtp:") || url.hostname === "")
    throw watchErrors["mail-server-not-an-address"]({ variable });
  const { hostname: host, port, username, password, pathname, search, hash } = url;
  if (pathname.replace("/", "") + search + hash !== "")
    throw watchErrors["mail-server-not-an-address"]({ variable });
  return {
    host,
    port: port === "" ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && !isLoopback(host),
    ...(username === ""
      ? {}
      : { auth: { user: decoded(username, variable), pass: decoded(password, variable) } }),
  };
}

function decoded(text: string, variable: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw watchErrors["mail-server-not-an-address"]({ variable });
  }
}

/** @throws SettingsError */
function listed(variable: string, form: RegExp, example: string, env: NodeJS.ProcessEnv): string[] {
  const texts = (env[variable] ?? "").split(",").map((text) => text.trim());
  const given = texts.filter((text) => text !== "");
  if (given.some((text) => !form.test(text)))
    throw watchErrors["mail-address-not-valid"]({ variable, form: example });
  return given;
}

/** What the server said is not passed on: it can repeat what it was given. An error that is none of a mail server's is thrown. */
function notTaken(error: unknown, host: string): Error {
  const { code, responseCode, command } = error as {
    code?: string;
    responseCode?: number;
    command?: string;
  };
  if (code === undefined) return error as Error;
  const fault = responseCode === undefined ? code : `${code}, ${responseCode}`;
  // A mailbox that is not there stays so; a login can be put right.
  const isFinal = responseCode !== undefined && responseCode >= 500 && code !== "EAUTH" && command !== "CONN";
  if (isFinal) return new RefusedError(`${host} answered ${responseCode}`);
  return new LaterError(watchErrors["mail-not-taken"]({ host, fault }), null);
}
