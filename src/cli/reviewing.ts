import { UserError } from "../errors.ts";
import { NO_NEEDS } from "../inventory/needs.ts";
import type { Evaluation } from "../plan/evaluate.ts";
import { type UndecidedApp, undecidedApps } from "../plan/undecided.ts";
import { type PolicyEdit, toEdit } from "../policy/edit/edits.ts";
import { PolicyError } from "../policy/problem.ts";
import { type ProposedUsers, proposedUsers } from "../policy/write/proposedUsers.ts";
import { printable } from "../printable.ts";
import { fittedText, hanging } from "../report/render/fold.ts";
import { undecidedLines, WEIGHTY } from "../report/undecidedText.ts";
import { amount } from "../text.ts";
import { type Day, dayOf, days, isOver, parseDay } from "../time.ts";
import { canAsk } from "./ask.ts";
import { Conversation, Ended } from "./asking.ts";
import { decisionText, finish } from "./deciding.ts";
import {
  changeText,
  type EditedPolicy,
  editedPolicy,
  effectText,
  judgeDecided,
  type OrgAtHand,
  orgAtHand,
} from "./editing.ts";
import { cliErrors } from "./errors.ts";
import type { EditOptions } from "./options.ts";
import { widthOf } from "./terminalOutput.ts";

/** Asks at the terminal what the policy that the options name leaves undecided. @throws UserError where nobody can be asked */
export async function review(options: EditOptions): Promise<void> {
  if (options.pullRequest === true && options.branch === undefined) throw cliErrors["branch-not-named"]();
  if (!canAsk()) throw cliErrors["review-not-asked"]();
  const edited = editedPolicy(options);
  const org = await orgAtHand(edited.policy, options, {
    ...NO_NEEDS,
    permissionSets: "all",
    permissions: WEIGHTY,
    appSettings: true,
  });
  const before = await org.judge(edited.policy);
  if (before === null) throw cliErrors["review-not-judged"]({ file: options.inventory! });
  await new Review(edited, org, before, options).run();
}

class Review {
  readonly #edited: EditedPolicy;
  readonly #org: OrgAtHand;
  readonly #before: Evaluation;
  readonly #options: EditOptions;
  readonly #talk = new Conversation();
  readonly #decisions: string[] = [];
  /** What stands in the file. */
  #written: string;

  constructor(edited: EditedPolicy, org: OrgAtHand, before: Evaluation, options: EditOptions) {
    this.#edited = edited;
    this.#org = org;
    this.#before = before;
    this.#options = options;
    this.#written = edited.before;
  }

  async run(): Promise<void> {
    const { apps, unknown } = undecidedApps(this.#before);
    const left =
      unknown === 0 ? "" : ` Left out, since their grants do not say which app they are of: ${unknown}.`;
    if (apps.length === 0) {
      this.#talk.close();
      process.stdout.write(`Nothing is undecided in ${printable(this.#org.inventory.org.name)}.${left}\n`);
      return;
    }
    const file = printable(this.#edited.file);
    const texts = [
      `${amount(apps.length, "app")} to decide on in ${printable(this.#org.inventory.org.name)}.${left}`,
      `Nothing is revoked here. ${this.#isKept() ? "What you confirm is kept until the end; Ctrl-C ends with it." : `What you confirm is written into ${file} at once; Ctrl-C keeps it.`}`,
    ];
    this.#say(fittedText(`${texts.join("\n")}\n`, widthOf(process.stderr)));
    let skipped = 0;
    let wasEnded = false;
    try {
      for (const [i, one] of apps.entries()) {
        this.#show(one, i + 1, apps.length);
        const answer = await this.#decide(one);
        if (answer === "quit") break;
        if (answer === "skipped") skipped++;
      }
    } catch (error) {
      if (!(error instanceof Ended)) {
        this.#sayConfirmed();
        throw error;
      }
      wasEnded = true;
      this.#say("\n");
    } finally {
      this.#talk.close();
    }
    await this.#finish(apps.length, skipped, wasEnded);
  }

  #isKept(): boolean {
    return this.#options.branch !== undefined || this.#options.dryRun === true;
  }

  #say(text: string): void {
    process.stderr.write(text);
  }

  #show(one: UndecidedApp, number: number, of: number): void {
    const { inventory, asOf } = this.#org;
    const width = widthOf(process.stderr);
    const lines = [
      ...hanging(`${number} of ${of}  ${printable(one.label)}`, width, "", "  "),
      ...undecidedLines(one, inventory, asOf, width),
    ];
    this.#say(`\n${lines.join("\n")}\n`);
  }

  async #decide(one: UndecidedApp): Promise<"decided" | "skipped" | "quit"> {
    const isListed = one.undecided.why !== "not-listed";
    for (;;) {
      const answer = await this.#talk.choice(
        `[a]llow  [d]eny  [e]xempt for a while  [o]wner${isListed ? "" : " who decides"}  [s]kip  [q]uit: `,
        "adeosq",
      );
      if (answer === "q") return "quit";
      if (answer === "s") return "skipped";
      const edit = await this.#editOf(answer, one, isListed);
      if (await this.#confirmed(edit)) return "decided";
    }
  }

  async #editOf(answer: string, one: UndecidedApp, isListed: boolean): Promise<PolicyEdit> {
    const app = this.#appOf(one);
    switch (answer) {
      case "d":
        return { kind: "deny", app, reason: await this.#text("Why: ") };
      case "e": {
        const reason = await this.#text("Why it is kept: ");
        return {
          kind: "exempt",
          app,
          user: null,
          reason,
          owner: await this.#text("Who answers for it: "),
          expires: await this.#lastDay(),
        };
      }
      case "o": {
        const owner = await this.#text(isListed ? "Who answers for it: " : "Who decides on it: ");
        if (isListed) return { kind: "allow", app, owner };
        const expires = await this.#lastDay();
        return { kind: "exempt", app, user: null, reason: "To be decided on by its owner", owner, expires };
      }
      default: {
        const users = await this.#users(one);
        const owner = await this.#text("Who answers for it: ");
        const reason = await this.#text("Why: ");
        const reviewBy = await this.#talk.value(
          "Look at it again by, as 2027-03-31 (Enter for no day): ",
          (text) => (text === "" ? "none" : this.#dayToCome(text)),
          DAY_HINT,
        );
        return { kind: "allow", app, users, owner, reason, ...(reviewBy === "none" ? {} : { reviewBy }) };
      }
    }
  }

  #appOf({ app, undecided }: UndecidedApp) {
    return toEdit(app, undecided.why === "not-listed" ? null : undecided.entry);
  }

  #text(question: string): Promise<string> {
    return this.#talk.value(question, (text) => (text === "" ? null : text), "Type something, and Enter.");
  }

  /** The last day of an exemption, which the policy bounds. */
  #lastDay(): Promise<Day> {
    const { maxExemptionDays } = this.#edited.policy;
    const latest = dayOf(this.#org.asOf + days(maxExemptionDays));
    const usual = dayOf(this.#org.asOf + days(Math.min(30, maxExemptionDays)));
    return this.#talk.value(
      `Until, ${latest} at the latest (Enter for ${usual}): `,
      (text) => {
        const day = text === "" ? usual : this.#dayToCome(text);
        return day !== null && day <= latest ? day : null;
      },
      `${DAY_HINT} ${latest} is the latest (maxExemptionDays).`,
    );
  }

  #dayToCome(text: string): Day | null {
    const day = parseDay(text);
    return day === null || isOver(day, this.#org.asOf) ? null : day;
  }

  async #users({ app, grants }: UndecidedApp): Promise<ProposedUsers> {
    const { users, why } = proposedUsers(app, grants, this.#org.inventory);
    if (users === "everyone") {
      await this.#talk.choice(`For whom: [e]veryone (${printable(why)}): `, "e", "e");
      return users;
    }
    const said = Object.entries(users).map(([key, names]) => `${key} ${names.map(printable).join(", ")}`);
    const answer = await this.#talk.choice(
      `For whom: [p]roposed: ${said.join("; ")} (${why}), or [e]veryone: `,
      "pe",
      "p",
    );
    return answer === "p" ? users : "everyone";
  }

  /** Shows what would be written, and takes it where that is wanted. */
  async #confirmed(edit: PolicyEdit): Promise<boolean> {
    const edited = this.#edited;
    try {
      const next = edited.with(edit);
      await judgeDecided(next.policy, this.#org);
      this.#say(changeText(edited.file, edited.text, next.text));
      // Nobody has said yes to what was not shown yet, as by a reason that was pasted with the blank lines below it.
      this.#talk.forget();
      const answer = await this.#talk.choice(
        this.#isKept() ? "Keep it? [y]es, [n]o: " : "Write it? [y]es, [n]o: ",
        "yn",
        "y",
      );
      if (answer === "n") return false;
      edited.take(next);
      if (!this.#isKept()) {
        edited.write(this.#written);
        this.#written = edited.text;
      }
    } catch (error) {
      // Of this decision alone; a file that cannot be written, or was changed meanwhile, ends the review.
      const isOfDecision =
        error instanceof PolicyError || (error instanceof UserError && error.code === "policy-not-editable");
      if (!isOfDecision) throw error;
      this.#say(`${error.message}\n`);
      return false;
    }
    this.#decisions.push(decisionText(edit));
    return true;
  }

  /** Says what would otherwise be known by scrolling back alone, where the review cannot go on. */
  #sayConfirmed(): void {
    if (this.#decisions.length === 0) return;
    const file = printable(this.#edited.file);
    const where = this.#isKept() ? `not written into ${file}` : `written into ${file} before that`;
    this.#say(
      `\nConfirmed, and ${where}:\n${this.#decisions.map((one) => `  ${printable(one)}\n`).join("")}`,
    );
  }

  async #finish(all: number, skipped: number, wasEnded: boolean): Promise<void> {
    const decided = this.#decisions.length;
    this.#say(
      `\n${decided} decided, ${skipped} skipped, ${all - decided - skipped} not looked at.${wasEnded ? " It was ended; what was confirmed stays." : ""}\n`,
    );
    if (decided === 0) {
      process.stdout.write(`${printable(this.#edited.file)} is as it was.\n`);
      return;
    }
    const effect = effectText(this.#before, await this.#org.judge(this.#edited.policy));
    await finish(this.#edited, this.#options, this.#decisions, effect, this.#written);
  }
}

const DAY_HINT = "Type a day to come, as 2027-03-31.";
