/** A piece of code for the mutation study's own test: whether a count is within a limit. */
export function within(count: number, limit: number): boolean {
  return count <= limit;
}
