import type { ErrorText } from "../errors.ts";
import type { Position } from "./policy.ts";
import type { Problem } from "./problem.ts";

/** Keys and indexes from the top of the policy to a value. */
export type Path = readonly (string | number)[];

/** A policy as plain data, with the place of each value. */
export interface Source {
  readonly data: unknown;
  /** The place of the value at a path, or of the nearest thing around it that exists. */
  position(path: Path): Position;
  /** The place of a key itself. */
  keyPosition(path: Path): Position;
  /** The text of a scalar before YAML made a number or a boolean of it; undefined for anything else. */
  written(path: Path): string | undefined;
  problemAt(position: Position, said: ErrorText): Problem;
}

/** A policy given as an object: its places are paths, such as `inline policy at apps[1].users`. */
export function objectSource(data: unknown, origin: string): Source {
  const position = (path: Path): Position => ({
    file: path.length === 0 ? origin : `${origin} at ${pathText(path)}`,
    line: 0,
    column: 0,
  });
  return {
    data,
    position,
    keyPosition: position,
    written: () => undefined,
    problemAt: ({ file }, said) => ({ ...said, file, line: 0, column: 0, sourceLine: "" }),
  };
}

/** `apps[1].users`. Untrusted text. */
export function pathText(path: Path): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : `${i > 0 ? "." : ""}${step}`))
    .join("");
}
