import { CodedError } from "../errors.ts";
import { ApiError } from "../salesforce/failure.ts";
import { type Amount, type Answer, CODES, FIELD, KEY } from "./known.ts";

const IS_FIELD = new RegExp(FIELD);
const IS_KEY = new RegExp(KEY);

/** One question to the org: its answer, and how it was given. */
export interface Asked<T> {
  readonly answer: Answer;
  /** HTTP status of a refusal; 0 where it is not known. */
  readonly status: number;
  /** Null where it was not answered. */
  readonly value: T | null;
}

/** The connection is not usable any more: no further question has an answer. */
const ENDS = ["INVALID_SESSION_ID", "INVALID_AUTH_HEADER", "REQUEST_LIMIT_EXCEEDED"];

/** Asks, and takes a refusal for an answer. @throws UserError where nothing more can be asked */
export async function ask<T>(question: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { answer: "answered", status: 200, value: await question() };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    if (!(error instanceof ApiError)) return { answer: "other-answer", status: 0, value: null };
    const { salesforceCode, status } = error;
    if (ENDS.includes(salesforceCode)) throw error;
    const answer = CODES.find((code) => code === salesforceCode) ?? "other-code";
    return { answer, status, value: null };
  }
}

export function amountOf(count: number): Amount {
  if (count < 2) return count === 1 ? "1" : "0";
  return count <= 500 ? "2-500" : count <= 2_500 ? "501-2500" : "2501+";
}

/** The names among these that are the platform's. */
export function fieldNames(names: readonly unknown[]): string[] {
  return names.filter((name): name is string => typeof name === "string" && IS_FIELD.test(name));
}

/** The keys of an answer's entry that are the platform's, sorted. */
export function keysOf(entry: unknown): string[] {
  return entry !== null && typeof entry === "object"
    ? Object.keys(entry)
        .filter((key) => IS_KEY.test(key))
        .sort()
    : [];
}
