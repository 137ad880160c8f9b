import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Context } from "./context.ts";
import { VERSIONS } from "./dataApi.ts";
import { LoginError, mayLogIn } from "./login.ts";
import { type SoapCall, SoapFault, soapAnswer, soapScope, type Xml } from "./soap.ts";

/** From this version on there is no `login` (docs/salesforce.md#queries-and-errors). */
const NO_LOGIN_FROM = 65;

/** The Partner API over SOAP, as far as clients log in by it: `login`, `getUserInfo` and `logout`. */
export async function partnerRoutes(server: FastifyInstance, context: Context): Promise<void> {
  await soapScope(server, (scope) => {
    scope.post<{ Params: { version: string }; Body: SoapCall | undefined }>(
      "/services/Soap/u/:version",
      async (request, reply) => {
        const { params, body } = request;
        // Clients write the version with and without its fraction.
        const version = params.version.includes(".") ? params.version : `${params.version}.0`;
        if (!VERSIONS.includes(version))
          throw new SoapFault("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL");
        if (body === undefined) throw new SoapFault("soapenv:Client", "no envelope");
        return soapAnswer(reply, body.operation, answer(body, version, request, context));
      },
    );
  });
}

function answer(
  call: SoapCall,
  version: string,
  request: FastifyRequest,
  context: Context,
): Xml | readonly Xml[] {
  const { store } = context;
  if (call.operation === "login") return login(call, version, request, context);
  const session = store.session(call.sessionId);
  if (session === undefined)
    throw new SoapFault(
      "INVALID_SESSION_ID",
      "Invalid Session ID found in SessionHeader: Illegal Session. Session not found",
    );
  switch (call.operation) {
    case "getUserInfo":
      return userInfo(session.userId, context);
    case "logout":
      store.endSession(session.token);
      return [];
    default:
      throw new SoapFault("soapenv:Client", `the local org knows no operation ${call.operation}`);
  }
}

function login({ args }: SoapCall, version: string, { host }: FastifyRequest, context: Context): Xml {
  if (Number(version) >= NO_LOGIN_FROM)
    throw new SoapFault("UNSUPPORTED_API_VERSION", "login() is not available in this version of the API");
  const { store, options } = context;
  const refused = new SoapFault(
    "INVALID_LOGIN",
    "Invalid username, password, security token; or user locked out.",
  );
  if (options.password === undefined || args.password !== options.password) throw refused;
  const userId = loggingIn(String(args.username), context, refused);
  const base = `http://${host}/services/Soap`;
  return {
    metadataServerUrl: `${base}/m/${version}/${store.organization.id}`,
    passwordExpired: false,
    sandbox: store.organization.isSandbox,
    serverUrl: `${base}/u/${version}/${store.organization.id}`,
    sessionId: store.openSession(userId, null, { loginType: "Partner Product" }).token,
    userId,
    userInfo: userInfo(userId, context),
  };
}

/** @throws SoapFault where nobody has the name, or may not log in */
function loggingIn(username: string, { store }: Context, refused: SoapFault): string {
  try {
    return mayLogIn(username, store);
  } catch (error) {
    throw error instanceof LoginError ? refused : error;
  }
}

function userInfo(userId: string, { store }: Context): Xml {
  const { Email, Name, ProfileId, Username, UserType } = store.lookUp("User", userId)!;
  return {
    organizationId: store.organization.id,
    organizationName: store.organization.name,
    profileId: String(ProfileId),
    userEmail: String(Email),
    userFullName: String(Name),
    userId,
    userName: String(Username),
    userType: String(UserType),
  };
}
