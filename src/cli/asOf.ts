import { InvalidArgumentError, Option } from "commander";

/** `--as-of`: the time that a policy is evaluated at, in milliseconds; now where it is left out. */
export function asOfOption(): Option {
  return new Option(
    "--as-of <time>",
    "evaluate the policy at this time, as 2027-01-31 or 2027-01-31T08:00:00Z (default: now)",
  ).argParser(parseTime);
}

/** A day or a time in UTC, in milliseconds. @throws InvalidArgumentError for anything else */
export function parseTime(text: string): number {
  const time = Date.parse(text);
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z)?$/.test(text) || Number.isNaN(time))
    throw new InvalidArgumentError("Write a day or a time in UTC, as 2027-01-31 or 2027-01-31T08:00:00Z.");
  return time;
}
