import { createInterface, type Interface } from "node:readline";

/** Somebody at the terminal ended it: with Ctrl-C, Ctrl-D, or by hanging up. */
export class Ended extends Error {}

/** One conversation at a terminal, line by line. Questions go to standard error. */
export class Conversation {
  readonly #terminal: Interface;
  /** Lines that were typed before they were asked for. */
  readonly #lines: string[] = [];
  #waiting: { readonly take: (line: string) => void; readonly end: (error: Ended) => void } | null = null;
  #hasEnded = false;

  constructor() {
    this.#terminal = createInterface({ input: process.stdin, output: process.stderr });
    this.#terminal.on("line", (line) => {
      const waiting = this.#waiting;
      this.#waiting = null;
      if (waiting === null) this.#lines.push(line);
      else waiting.take(line);
    });
    this.#terminal.on("SIGINT", () => this.#end());
    this.#terminal.on("close", () => this.#end());
  }

  /** What is typed, without blanks at its ends. @throws Ended */
  async line(question: string): Promise<string> {
    if (this.#hasEnded) throw new Ended();
    const early = this.#lines.shift();
    if (early !== undefined) {
      process.stderr.write(`${question}${early}\n`);
      return early.trim();
    }
    const answer = new Promise<string>((take, end) => {
      this.#waiting = { take, end };
    });
    this.#terminal.setPrompt(question);
    this.#terminal.prompt();
    return (await answer).trim();
  }

  /** Takes nothing for an answer that was typed before it was asked for. */
  forget(): void {
    this.#lines.length = 0;
  }

  /** Asks until it is one of the letters. Nothing typed is the first, where that may be. @throws Ended */
  async choice(question: string, letters: string, otherwise: string | null = null): Promise<string> {
    for (;;) {
      const answer = (await this.line(question)).toLowerCase() || (otherwise ?? "");
      if (answer.length === 1 && letters.includes(answer)) return answer;
      process.stderr.write(`Type one of ${[...letters].join(", ")}, and Enter.\n`);
    }
  }

  /** Asks until `taken` takes it. @param taken null for what is none @throws Ended */
  async value<T>(question: string, taken: (answer: string) => T | null, hint: string): Promise<T> {
    for (;;) {
      const value = taken(await this.line(question));
      if (value !== null) return value;
      process.stderr.write(`${hint}\n`);
    }
  }

  close(): void {
    this.#hasEnded = true;
    this.#terminal.close();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#waiting?.end(new Ended());
    this.#terminal.close();
  }
}
