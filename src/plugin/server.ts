import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import anyProto from "google-protobuf/google/protobuf/any_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { CodedError, shownError } from "../errors.ts";
import { withoutSecrets } from "../secrets.ts";
import type { Differences, Kind } from "./differences.ts";
import type { Done, PluginResources } from "./pluginResources.ts";
import { type Properties, revealed } from "./propertyValues.ts";
import { checkedSettings } from "./settings.ts";

type Struct = InstanceType<typeof structProto.Struct>;

/** What the engine sends has no bound but this of its own (`GrpcChannelOptions` of its plugins, v3.259.0). */
const LARGEST_MESSAGE = 400 * 1024 * 1024;

const KINDS: Readonly<Record<Kind, (typeof proto.PropertyDiff.Kind)[keyof typeof proto.PropertyDiff.Kind]>> =
  {
    add: proto.PropertyDiff.Kind.ADD,
    delete: proto.PropertyDiff.Kind.DELETE,
    update: proto.PropertyDiff.Kind.UPDATE,
  };

/** An update that left the resource there but not as wanted: the engine keeps its outputs, and updates it again next time. */
class PartialFailure extends Error {
  readonly id: string;
  readonly outputs: Properties;
  readonly reasons: readonly string[];

  constructor(id: string, { outputs, failure }: Done & { readonly failure: NonNullable<Done["failure"]> }) {
    super(failure.message);
    this.id = id;
    this.outputs = { ...outputs };
    this.reasons = failure.reasons;
  }
}

/**
 * Serves the engine, on a port of this machine that is free.
 * @param schema of the package, as JSON
 * @returns the port
 */
export async function serve(
  resources: PluginResources,
  { schema, version }: { readonly schema: string; readonly version: string },
): Promise<number> {
  const server = new Server({
    "grpc.max_receive_message_length": LARGEST_MESSAGE,
    "grpc.max_send_message_length": LARGEST_MESSAGE,
  });
  server.addService(services.ResourceProviderService as never, {
    ...methodsOfProvider({ schema, version }, resources),
    ...methodsOfResources(resources),
  });
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}

function methodsOfProvider(
  { schema, version }: { readonly schema: string; readonly version: string },
  resources: PluginResources,
) {
  return {
    handshake: answers(() => new proto.ProviderHandshakeResponse().setAcceptSecrets(true)),
    getPluginInfo: answers(() => new pluginProto.PluginInfo().setVersion(version)),
    getSchema: answers(() => new proto.GetSchemaResponse().setSchema(schema)),
    checkConfig: answers((request: InstanceType<typeof proto.CheckRequest>) => {
      const settings = plain(request.getNews());
      return checkedOr(() => checkedSettings(request.getUrn(), settings));
    }),
    // Another login is no other resource: which org it leads to is for the check to see.
    diffConfig: answers((request: InstanceType<typeof proto.DiffRequest>) => {
      const before = JSON.stringify(sorted(plain(request.getOldInputs())));
      const after = JSON.stringify(sorted(plain(request.getNews())));
      const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
      return new proto.DiffResponse().setChanges(before === after ? DIFF_NONE : DIFF_SOME);
    }),
    configure: answers((request: InstanceType<typeof proto.ConfigureRequest>) => {
      const urn = request.hasUrn() ? request.getUrn() : undefined;
      resources.configure(revealed(plain(request.getArgs())) as Properties, urn);
      return new proto.ConfigureResponse().setSupportspreview(true).setAcceptsecrets(true);
    }),
    // What it was told is heard of by attendEngine, as for the dynamic provider.
    cancel: answers(() => new emptyProto.Empty()),
  };
}

function methodsOfResources(resources: PluginResources) {
  return {
    check: answers((request: InstanceType<typeof proto.CheckRequest>) =>
      checkedOr(() => resources.check(request.getUrn(), plain(request.getOlds()), plain(request.getNews()))),
    ),
    diff: answers((request: InstanceType<typeof proto.DiffRequest>) =>
      diffOf(
        resources.diff({
          urn: request.getUrn(),
          id: request.getId(),
          olds: plain(request.getOlds()),
          news: plain(request.getNews()),
          ignoreChanges: request.getIgnorechangesList(),
        }),
      ),
    ),
    create: answers(async (request: InstanceType<typeof proto.CreateRequest>) => {
      const news = plain(request.getProperties());
      const response = new proto.CreateResponse();
      if (request.getPreview()) {
        const { id, outputs } = resources.preview(request.getUrn(), news);
        return response.setId(id).setProperties(struct(outputs));
      }
      const { id } = (news as { readonly org: { readonly id: string } }).org;
      const outputs = outputsOrThrow(await resources.apply(request.getUrn(), news, null), id);
      return response.setId(id).setProperties(struct(outputs));
    }),
    update: answers(async (request: InstanceType<typeof proto.UpdateRequest>) => {
      const news = plain(request.getNews());
      const response = new proto.UpdateResponse();
      if (request.getPreview())
        return response.setProperties(struct(resources.preview(request.getUrn(), news).outputs));
      const before = { id: request.getId(), outputs: plain(request.getOlds()) };
      const outputs = outputsOrThrow(await resources.apply(request.getUrn(), news, before), before.id);
      return response.setProperties(struct(outputs));
    }),
    read: answers(async (request: InstanceType<typeof proto.ReadRequest>) => {
      const state = [plain(request.getInputs()), plain(request.getProperties())] as const;
      const { id, inputs, outputs } = await resources.read(request.getUrn(), request.getId(), ...state);
      return new proto.ReadResponse().setId(id).setInputs(struct(inputs)).setProperties(struct(outputs));
    }),
    // To forget a policy revokes nothing, and gives nothing back.
    delete: answers(() => new emptyProto.Empty()),
  };
}

/** A method of the service. */
function answers<Request, Response>(answer: (request: Request) => Response | Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    void (async () => answer(call.request))().then(
      (response) => callback(null, response),
      (error) => callback(refusal(error)),
    );
  };
}

/** What is wrong with inputs is an answer too, which the engine shows with the resource's name. */
async function checkedOr(
  check: () => Properties | Promise<Properties>,
): Promise<InstanceType<typeof proto.CheckResponse>> {
  const response = new proto.CheckResponse();
  try {
    return response.setInputs(struct(await check()));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return response.setFailuresList([new proto.CheckFailure().setReason(shownError(error))]);
  }
}

function diffOf(found: Differences): InstanceType<typeof proto.DiffResponse> {
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  const response = new proto.DiffResponse()
    .setChanges(found.size === 0 ? DIFF_NONE : DIFF_SOME)
    .setHasdetaileddiff(true);
  const map = response.getDetaileddiffMap();
  for (const [path, kind] of found) map.set(path, new proto.PropertyDiff().setKind(KINDS[kind]));
  return response;
}

/** @throws PartialFailure */
function outputsOrThrow({ outputs, failure }: Done, id: string): Properties {
  if (failure !== null) throw new PartialFailure(id, { outputs, failure });
  return { ...outputs };
}

/** An error as the engine takes it: a person's in one sentence, a bug with its stack. */
function refusal(error: unknown): Partial<ServiceError> {
  if (error instanceof PartialFailure) return partialFailure(error);
  if (error instanceof CodedError) return { code: status.UNKNOWN, details: shownError(error) };
  const bug = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: status.UNKNOWN, details: withoutSecrets(bug) };
}

/** Where the engine looks for it (`parseError` in sdk/go/common/resource/plugin/provider_plugin.go, v3.259.0). */
function partialFailure({ id, outputs, reasons, message }: PartialFailure): Partial<ServiceError> {
  const detail = new proto.ErrorResourceInitFailed()
    .setId(id)
    .setProperties(struct(outputs))
    .setReasonsList([...reasons]);
  const any = new anyProto.Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const whole = new statusProto.Status();
  whole.setCode(status.UNKNOWN);
  whole.setMessage(message);
  whole.addDetails(any);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(whole.serializeBinary()));
  return { code: status.UNKNOWN, details: message, metadata };
}

function plain(values: Struct | undefined): Properties {
  return (values?.toJavaScript() ?? {}) as Properties;
}

/** What is undefined is left out. */
function struct(values: Properties): Struct {
  return structProto.Struct.fromJavaScript(JSON.parse(JSON.stringify(values)));
}

function sorted(values: Properties): [string, unknown][] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}
