import { createRequire } from "node:module";
import { credentials, Metadata } from "@grpc/grpc-js";
import type { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";

// Generated CommonJS without named exports that Node's ES module loader could see.
const require = createRequire(import.meta.url);
const { EngineClient: Client } = require("@pulumi/pulumi/proto/engine_grpc_pb.js") as {
  EngineClient: typeof EngineClient;
};
const proto =
  require("@pulumi/pulumi/proto/engine_pb.js") as typeof import("@pulumi/pulumi/proto/engine_pb.js");

const DEADLINE_MS = 2_000;
const PROGRESS_INTERVAL_MS = 500;
type Severity = Parameters<LogRequest["setSeverity"]>[0];

/** Lines of text under one resource, in the output of `pulumi preview` and `pulumi up`. */
export interface EngineLog {
  /** Lines that stay; nothing is said of an empty text. */
  say(message: string): Promise<void>;
  /** The live status of the resource, replaced by the next one and not kept; at most two a second of one step. */
  progress(message: string, step?: string): Promise<void>;
}

/** For a process that has no engine, and wherever the engine does not answer. */
const silentLog: EngineLog = {
  say: async () => {},
  progress: async () => {},
};

/**
 * A log of the engine's for one resource. `address` is the engine's gRPC address, which Pulumi hands a
 * provider process as its last argument. Log lines are a courtesy: where the engine does not take
 * them, nothing is shown and nothing fails.
 */
export function engineLog(address: string | undefined, urn: string | undefined): EngineLog {
  if (address === undefined || urn === undefined || !/^[\w.[\]:-]+:\d+$/.test(address)) return silentLog;
  const client = new Client(address, credentials.createInsecure());
  // Connects while there is nothing to say yet; whether it can is for the first line to find out.
  client.waitForReady(Date.now() + DEADLINE_MS, () => undefined);
  // One at a time, so that the lines arrive in the order in which they were said.
  let queue = Promise.resolve();
  const send = (severity: Severity, message: string, ephemeral: boolean): Promise<void> => {
    const request = new proto.LogRequest();
    request.setSeverity(severity);
    request.setMessage(message);
    request.setUrn(urn);
    request.setEphemeral(ephemeral);
    queue = queue.then(
      () =>
        new Promise((resolve) => {
          client.log(request, new Metadata(), { deadline: Date.now() + DEADLINE_MS }, () => resolve());
        }),
    );
    return queue;
  };
  let nextProgress = 0;
  let lastStep: string | undefined;
  return {
    say: async (message) => (message === "" ? undefined : send(proto.LogSeverity.INFO, message, false)),
    progress: async (message, step) => {
      if (step === lastStep && performance.now() < nextProgress) return;
      lastStep = step;
      nextProgress = performance.now() + PROGRESS_INTERVAL_MS;
      await send(proto.LogSeverity.INFO, message, true);
    },
  };
}
