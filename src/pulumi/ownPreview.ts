import { isShownOf, shownOf } from "../plan/shown.ts";
import type { Proposal, Revoker } from "../run/revoker.ts";
import { notPreviewedLine } from "./checkLines.ts";
import { pulumiErrors } from "./errors.ts";
import type { EngineProcess } from "./launchers.ts";
import { ShownFiles } from "./shownFiles.ts";

/** What a check proposes, with lines that are to be said of how it is held. */
interface Held {
  readonly proposal: Proposal;
  readonly lines: readonly string[];
}

/**
 * The preview of one resource in one `pulumi up`, which its update is held to: what is new since is left, whoever
 * answered the question, and however long it waited (law 5).
 */
export class OwnPreview {
  readonly #run: Revoker;
  readonly #urn: string;
  readonly #engine: EngineProcess | null;
  readonly #files: ShownFiles;

  /**
   * @param engine whose phase it is; null where that cannot be told
   * @param own as `ShownFiles`
   */
  constructor(
    run: Revoker,
    {
      urn,
      engine,
      own = null,
    }: { readonly urn: string; readonly engine: EngineProcess | null; readonly own?: string | null },
  ) {
    this.#run = run;
    this.#urn = urn;
    this.#engine = engine;
    this.#files = new ShownFiles(run.keptIn, engine, own);
  }

  /** Whether another process of the same engine checked this before: then that was the preview. @throws UserError as `holds` */
  get isOver(): boolean {
    return this.#engine !== null && this.#files.recall(this.#urn) !== null;
  }

  /** Before anything is read: a preview that fails shows nothing. */
  begin(): void {
    this.#files.forget(this.#urn);
  }

  /** Keeps what the preview shows. @returns lines that are to be said of it */
  shows(proposal: Proposal): string[] {
    const why = this.#files.keep(this.#urn, shownOf(proposal.evaluation));
    return why === null
      ? []
      : [`what is shown here cannot be kept (${why}): an update after it revokes nothing`];
  }

  /** Holds an update to it. @throws UserError where it cannot be told, or was of something else */
  holds(proposal: Proposal): Held {
    const shown = this.#files.recall(this.#urn);
    if (shown === null) {
      if (proposal.evaluation.plan.revocations.length === 0) return { proposal, lines: [] };
      this.#files.refuseUnkept();
      return { proposal, lines: [notPreviewedLine(proposal.approval)] };
    }
    if (!isShownOf(shown, proposal.evaluation)) throw pulumiErrors["shown-of-another-policy"]({});
    const at = new Date(shown.at).toISOString();
    const held = this.#run.restrict(proposal, shown);
    const isGone = held.evaluation.plan.revocations.length === 0 && Object.keys(shown.revocations).length > 0;
    return {
      proposal: held,
      lines: [
        ...(isGone ? ["nothing to revoke any more of what the preview showed"] : []),
        ...(this.#engine === null
          ? [
              `held to the newest preview within an hour, of ${at}: this system does not say which run's it was`,
            ]
          : []),
      ],
    };
  }
}
