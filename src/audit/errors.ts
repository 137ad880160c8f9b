import { declareErrors } from "../errors.ts";

export const auditErrors = declareErrors({
  "audit-record-lost-its-end": {
    kind: "user",
    text: "The audit record {file} has lost its end.",
    remedy: "Run `npx sanctioned audit verify {file}`, keep it aside, and begin a new one.",
    example: { file: ".sanctioned/audit-00D000000001942EAA.jsonl" },
  },
  "audit-record-in-use": {
    kind: "user",
    text: "Another run is writing the audit record {file}: nothing was revoked.",
    remedy: "Try again when it is done.",
    example: { file: ".sanctioned/audit-00D000000001942EAA.jsonl" },
  },
  "audit-record-not-writable": {
    kind: "user",
    text: "The audit record {file} cannot be written ({why}), so nothing more is revoked.",
    remedy: "Free the disk, or name another file with auditFile (SANCTIONED_AUDIT_FILE).",
    example: { file: ".sanctioned/audit-00D000000001942EAA.jsonl", why: "ENOSPC" },
  },
});
