import { CodedError } from "../errors.ts";
import { originOf } from "../http/address.ts";
import { TransientError } from "../http/retry.ts";
import type { Login } from "./credentials.ts";
import { salesforceErrors } from "./errors.ts";
import { describeLoginFailure, slowFault } from "./failure.ts";
import { OAuth2 } from "./jsforce.ts";
import { audiencesOf, signedAssertion } from "./jwt.ts";
import { MOST_BYTES_OF_LOGIN, PlainTransport } from "./transport.ts";

/** A login by way of the token endpoint. */
export type EndpointLogin = Extract<Login, { loginUrl: string }>;

/** How a try is made: again where it threw a TransientError, and which other faults may pass. */
interface Trying {
  readonly again: <T>(once: () => Promise<T>) => Promise<T>;
  readonly mayPass: (status: number, error: unknown) => boolean;
}

/** Logs in at the token endpoint, as often as the session needs it. */
export class TokenLogin {
  readonly #login: EndpointLogin;
  readonly #host: string;
  /** Those that are still to be tried, the likeliest first: once one was taken, it alone. */
  #audiences: readonly string[];

  constructor(login: EndpointLogin) {
    this.#login = login;
    this.#host = new URL(login.loginUrl).host;
    this.#audiences = login.kind === "jwt-bearer" ? audiencesOf(login) : [""];
  }

  /**
   * A new session. Where the audience of the assertion is refused that follows from the login URL, the other one is
   * tried, once: no address tells for sure which it is (docs/salesforce.md#logging-in).
   * @throws SettingsError for a key that cannot be used, RemoteError where the login is refused or nobody answers
   */
  async logIn(trying: Trying): Promise<{ readonly instanceUrl: string; readonly accessToken: string }> {
    const [first, other] = this.#audiences;
    try {
      return await trying.again(() => this.#once(first!, trying));
    } catch (error) {
      if (other === undefined || !isAudienceRefused(error)) throw error;
      this.#audiences = [other];
      return await trying.again(() => this.#once(other, trying));
    }
  }

  async #once(audience: string, { mayPass }: Trying) {
    const login = this.#login;
    const host = this.#host;
    const oauth2 = new OAuth2({ loginUrl: login.loginUrl, clientId: login.clientId });
    const transport = new PlainTransport(MOST_BYTES_OF_LOGIN);
    oauth2._transport = transport;
    const parameters =
      login.kind === "client-credentials"
        ? { grant_type: "client_credentials", client_secret: login.clientSecret }
        : {
            grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
            assertion: await signedAssertion(login, audience),
          };
    const begun = performance.now();
    let answer: { access_token?: unknown; instance_url?: unknown } | undefined;
    try {
      answer = await oauth2.requestToken(parameters);
    } catch (error) {
      const { status } = transport;
      const clockSkewMs = login.kind === "jwt-bearer" ? transport.clockSkewMs : null; // of what is signed for minutes
      const secrets = Object.values(parameters).filter((value) => value !== parameters.grant_type);
      const described = describeLoginFailure({ host, status, error, secrets, clockSkewMs });
      const slow = slowFault(described);
      if (slow !== null || mayPass(status, error))
        throw new TransientError(described, transport.retryAfterMs, slow, performance.now() - begun);
      throw described;
    }
    const { status } = transport;
    if (status >= 300) throw salesforceErrors["redirect-not-followed"]({ host, status });
    if (typeof answer?.access_token !== "string" || typeof answer.instance_url !== "string")
      throw salesforceErrors["login-answer-not-salesforce"]({ host, status });
    return {
      instanceUrl: originOf(answer.instance_url, `The instance URL that ${host} names`),
      accessToken: answer.access_token,
    };
  }
}

function isAudienceRefused(error: unknown): boolean {
  return error instanceof CodedError && error.code === "login-audience-not-valid";
}
