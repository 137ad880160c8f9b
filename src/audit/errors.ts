import { declareErrors } from "../errors.ts";

const file = ".sanctioned/audit-00D000000001942EAA.jsonl";

export const auditErrors = declareErrors({
  "audit-record-lost-its-end": {
    kind: "user",
    text: "The audit record {file} has lost its end.",
    remedy: "Run `npx sanctioned audit verify {file}`, keep it aside, and begin a new one.",
    example: { file },
  },
  "audit-record-in-use": {
    kind: "user",
    text: "Another run is writing the audit record {file}: nothing was revoked.",
    remedy:
      "Try again when it is done; a run that is suspended holds the record until it goes on or is ended (`fuser {file}.lock` names its process).",
    example: { file },
  },
  "audit-record-not-writable": {
    kind: "user",
    text: "The audit record {file} cannot be written ({why}), so nothing more is revoked.",
    remedy: "Free the disk, or name another file with auditFile (SANCTIONED_AUDIT_FILE).",
    example: { file, why: "ENOSPC" },
  },
  "audit-record-not-usable": {
    kind: "user",
    text: "The audit record cannot be kept in {file}, which {why}: nothing was revoked.",
    remedy: "Name a file of its own with auditFile (SANCTIONED_AUDIT_FILE).",
    example: { file: "/dev/null", why: "is not a regular file" },
  },
  "audit-record-changed": {
    kind: "user",
    text: "The audit record {file} {what} while the run was under way, so nothing more is revoked.",
    remedy: "Find out who did that, run `npx sanctioned audit verify`, and run it again.",
    example: { file, what: "was removed or moved" },
  },
});
