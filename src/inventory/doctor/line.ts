/** One thing that was looked at. Codes are stable; `text` and `remedy` are for people and hold untrusted names. */
export interface DoctorLine {
  readonly code:
    | "connection"
    | "api-version"
    | "org"
    | "caller"
    | "address"
    | "own-app"
    | "permission"
    | "sight"
    | "external-client-apps"
    | "identity-providers"
    | "api-calls"
    | "clock"
    | "query-forms"
    | "complete-listing"
    | "revoke-call";
  /** `warning` stops nothing. */
  readonly status: "ok" | "warning" | "failed";
  readonly text: string;
  /** What to grant or do; null where there is nothing. */
  readonly remedy: string | null;
}

export function line(
  code: DoctorLine["code"],
  status: DoctorLine["status"],
  text: string,
  remedy: string | null = null,
): DoctorLine {
  return { code, status, text, remedy };
}
