import type { ProbeLine } from "./line.ts";
import type { OrgProfile } from "./profileSchema.ts";

/** What is said of logins and sessions. */
export function sessionMeaning({ logins, sessions, objects }: OrgProfile): ProbeLine[] {
  const { fields } = objects.AuthSession;
  const jwt = Object.hasOwn(fields, "IsAssociatedWithJwtAccessToken");
  const listed = (amounts: Readonly<Record<string, string>>) =>
    Object.entries(amounts)
      .map(([value, count]) => `${value} ${count}`)
      .join(", ") || "none";
  return [
    {
      status: logins.answer === "answered" && logins.byTime === "answered" ? "ok" : "warning",
      question: "Does LoginHistory say how logins were made, and can it be filtered by time?",
      answer: `${logins.answer}; by time: ${logins.byTime}; LoginType: ${listed(logins.types)}; LoginSubType: ${listed(logins.subTypes)}`,
      means:
        logins.answer === "answered" && logins.byTime === "answered"
          ? "Access that has no grant, such as by JWT bearer, is looked for there."
          : "Access that has no grant cannot be looked for there, and the tool says so.",
    },
    {
      status: sessions.answer === "answered" && sessions.current === "1" ? "ok" : "warning",
      question: "What does AuthSession show?",
      answer: `${sessions.answer}; current: ${sessions.current ?? "not answered"}; SessionType: ${listed(sessions.types)}; says which have a JWT: ${jwt ? "yes" : "no"}`,
      means: `${
        sessions.answer === "answered"
          ? "Live sessions of revoked users can be listed."
          : "Live sessions of revoked users cannot be listed, and the tool says so."
      }${sessions.current === "1" ? "" : " The tool's own app is taken from there only where all current sessions agree."}`,
    },
  ];
}

/** What is said of the metadata, of limits and of headers. */
export function metadataMeaning({ metadata, limits, headers }: OrgProfile): ProbeLine[] {
  const types = Object.entries(metadata);
  const unread = types.filter(
    ([, { list, read, amount }]) => list !== "answered" || (amount !== "0" && read !== "answered"),
  );
  return [
    {
      status: unread.length === 0 ? "ok" : "warning",
      question: "Does the Metadata API hand out the settings of apps?",
      answer: types
        .map(
          ([type, { list, amount, read }]) =>
            `${type}: ${list}${amount === null ? "" : ` (${amount})`}, read ${read ?? "not asked"}`,
        )
        .join("; "),
      means:
        unread.length === 0
          ? "Scopes and policies of apps made in the org are known."
          : `Settings of apps stay unknown as far as ${unread.map(([type]) => type).join(", ")} would say them; rules on scopes do not decide there.`,
    },
    {
      status: limits.header ? "ok" : "warning",
      question: "Does the org say how many API calls are left?",
      answer: `in the header Sforce-Limit-Info: ${limits.header ? "yes" : "no"}; /limits: ${limits.answer}; headers: ${[...headers.names, headers.others === 0 ? [] : `${headers.others} others`].flat().join(", ")}`,
      means: limits.header
        ? "A run that would take too large a share of them refuses."
        : "The tool cannot hold itself to a share of them.",
    },
  ];
}

/** What is said of the revoke call, and of a revocation that was asked for. */
export function revokeMeaning({ revokeCall: { kind, status, code }, revocation }: OrgProfile): ProbeLine[] {
  const means = {
    "unknown-token": "Address, method, body and error are as the tool takes them.",
    accepted: "The call is taken; only a second look tells what is revoked, and each run takes one.",
    "wrong-form":
      code === "unsupported_token_type"
        ? "Whether tokens are taken in a form shows with the first revocation: each run makes it alone, and stops there if it is not."
        : "The call is not taken here: check the address, and proxies that answer in the org's place.",
    busy: "The org asked to come again later.",
    refused: "The call was refused in a way that is not known.",
    "no-answer": "The endpoint did not answer.",
  };
  const call: ProbeLine = {
    status: kind === "unknown-token" || kind === "accepted" ? "ok" : "warning",
    question: "How is a revoke call with a token that cannot exist answered?",
    answer: `${kind}: HTTP ${status}${code === null ? "" : ` ${code}`}`,
    means: means[kind],
  };
  if (revocation === null) return [call];
  const { outcome, sessionsLeft } = revocation;
  const done = outcome === "revoked";
  return [
    call,
    {
      status: done ? "ok" : "warning",
      question:
        "Does the revoke call take a DeleteToken in a form, and are all grants of the pair gone after it?",
      answer: `${outcome}; live sessions of the pair: ${sessionsLeft}`,
      means: done
        ? "Revocations work as the tool makes them."
        : "Revocations do not work as the tool makes them, or the app came back: the run says why.",
    },
  ];
}
