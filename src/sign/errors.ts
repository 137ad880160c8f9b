import { declareErrors } from "../errors.ts";

export const signErrors = declareErrors({
  "ssh-keygen-missing": {
    kind: "settings",
    text: "There is no ssh-keygen in the folders of PATH, so that nothing can be signed and no signature verified.",
    remedy: "Install OpenSSH's client, 8.1 or later (Debian and Ubuntu: `apt-get install openssh-client`).",
    example: {},
  },
  "ssh-keygen-too-old": {
    kind: "settings",
    text: "{file} knows no signatures (`-Y`): it is older than OpenSSH 8.1.",
    remedy: "Install OpenSSH's client, 8.1 or later.",
    example: { file: "/usr/bin/ssh-keygen" },
  },
  "ssh-keygen-failed": {
    kind: "settings",
    text: "{file} does not work here ({why}).",
    remedy: "Run it by hand; where that is slow or fails, so does this.",
    example: { file: "/usr/bin/ssh-keygen", why: "it did not end within 20 seconds" },
  },
  "no-temporary-folder": {
    kind: "settings",
    text: "No signature can be verified without a temporary folder in {folder} ({why}).",
    remedy: "Make room there, or name another with TMPDIR.",
    example: { folder: "/tmp", why: "EROFS" },
  },
  "not-signed": {
    kind: "user",
    text: "{program} did not sign with {key}; what it said stands above.",
    remedy:
      "Name a private key with --key, or the public key of one that your agent holds; ssh-keygen must be that of OpenSSH 8.1 or later.",
    example: { program: "/usr/bin/ssh-keygen", key: "/home/ada/.ssh/id_ed25519" },
  },
});
