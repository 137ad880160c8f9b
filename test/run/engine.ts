import { createRequire } from "node:module";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";

// Generated CommonJS without named exports that Node's ES module loader could see.
const require = createRequire(import.meta.url);
const { EngineService } = require("@pulumi/pulumi/proto/engine_grpc_pb.js");
/** Its answer says nothing. */
const LOG = { ...EngineService.log, responseSerialize: () => Buffer.alloc(0) };

/** The log service of a Pulumi engine: keeps the lasting lines, by resource. */
export class EngineLogServer {
  readonly #server = new Server();
  readonly #lines: { readonly urn: string; readonly text: string }[] = [];
  #port = 0;

  static async start(): Promise<EngineLogServer> {
    const engine = new EngineLogServer();
    engine.#server.addService({ log: LOG }, { log: engine.#log });
    engine.#port = await new Promise((resolve, reject) =>
      engine.#server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      ),
    );
    return engine;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** What was said under a resource. */
  of(urn: string): string {
    return this.#lines
      .filter((line) => line.urn === urn)
      .map(({ text }) => text)
      .join("\n");
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  readonly #log = ({ request }: ServerUnaryCall<LogRequest, object>, answer: sendUnaryData<object>) => {
    if (!request.getEphemeral()) this.#lines.push({ urn: request.getUrn(), text: request.getMessage() });
    answer(null, {});
  };
}
