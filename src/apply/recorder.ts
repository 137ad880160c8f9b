import type { AuditEvent } from "../audit/line.ts";
import { UserError } from "../errors.ts";
import type { App } from "../inventory/inventory.ts";
import type { Outcome } from "../plan/outcome.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { CallRecorder } from "./revokeCall.ts";

/** What the apply step wants of an audit record. */
export interface AuditWriter {
  /** Resolves once the line is on the disk. @throws UserError where it cannot be written */
  append(event: AuditEvent): Promise<void>;
  /** @param tell is told why nothing more may be called, as soon as the record is lost */
  onLost?(tell: (reason: string) => void): void;
  /** Looks whether the record is still there, to be asked before each call. */
  check?(): void;
}

/** Writes the calls and outcomes of one run, with the calls numbered from 1. */
export class AuditRecorder {
  readonly #audit: AuditWriter;
  readonly #stop: (reason: string) => void;
  #calls = 0;
  /** Lines on their way to the disk that no call waits for. */
  #pending: Promise<void>[] = [];

  /** @param stop is told why nothing more may be called, once the record cannot be written any more */
  constructor(audit: AuditWriter, stop: (reason: string) => void) {
    this.#audit = audit;
    this.#stop = stop;
    audit.onLost?.(stop);
  }

  /** Stops the run where the record is not what it left: asked before each call, since what announces it may be gone by then. */
  check(): void {
    this.#audit.check?.();
  }

  /** Records the calls of one planned revocation. What cannot be recorded before is not done; after, it is done all the same. */
  callsOf({ user, app, code, at }: PlannedRevocation): CallRecorder {
    return {
      before: async ({ through, granted }) => {
        const call = ++this.#calls;
        await this.#audit.append({
          event: "revoking",
          call,
          user: { id: user.id, username: user.username },
          app: appPart(app),
          granted: granted.map((time) => (time === null ? null : new Date(time).toISOString())),
          code,
          policy: { file: at.file, line: at.line },
          through,
        });
        return {
          after: ({ kind, reason }) => {
            const line = this.#unlessBroken({ event: "answered", call, answer: kind, reason });
            line.catch(() => this.#stop("the run failed")); // `settled` throws it
            this.#pending.push(line);
          },
        };
      },
    };
  }

  /** Waits until every answer is on record. @throws a fault of our own, met on the way there */
  async settled(): Promise<void> {
    await Promise.all(this.#pending.splice(0));
  }

  /** Records what became of every planned revocation, once all answers are on record. @throws a fault of our own, at the end */
  async outcomes(outcomes: readonly Outcome[]): Promise<void> {
    await Promise.allSettled(this.#pending);
    await Promise.all(
      outcomes.map(({ revocation: { user, app }, status, reason }) =>
        this.#unlessBroken({
          event: "outcome",
          user: { id: user.id, username: user.username },
          app: appPart(app),
          status,
          reason,
        }),
      ),
    );
    await this.settled();
  }

  /** A record that can no longer be written stops the run; what is known must not be lost to it. */
  async #unlessBroken(event: AuditEvent): Promise<void> {
    try {
      await this.#audit.append(event);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#stop(error.message);
    }
  }
}

/** An identity provider is called one: an app may have its name. */
function appPart({ id, name, kind }: App): { id: string | null; name: string } {
  return { id, name: kind === "identity-provider" ? `${name} (identity provider)` : name };
}
