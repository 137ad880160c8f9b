import type { ErrorText } from "../errors.ts";
import { foldName } from "../names.ts";
import { type AppRef, refText } from "../salesforce/id.ts";
import { dayOf, days, type Instant, startOf } from "../time.ts";
import { policyProblems } from "./errors.ts";
import {
  type AppEntry,
  type Named,
  type Placed,
  type Policy,
  type Position,
  placeText,
  type UserLists,
} from "./policy.ts";
import { MOST_PROBLEMS, type Problem } from "./problem.ts";

/** What a policy says twice, or both ways. Names are compared as text; ids of the org come later. */
export function contradictions(policy: Policy): Problem[] {
  return [appsTwice, usersTwice, exceptAlone, standingTwice, deniedToo, exemptToo, sayingNothing].flatMap(
    (check) => check(policy),
  );
}

/** Exemptions that expire later than the policy allows, held against the time of the run. */
export function tooLongExemptions(policy: Policy, asOf: Instant): Problem[] {
  const latest = asOf + days(policy.maxExemptionDays);
  return policy.exemptions
    .filter(({ expires }) => startOf(expires.value) > latest)
    .map(({ expires }) =>
      policy.problemAt(
        expires.position,
        policyProblems["exemption-too-long"]({ days: policy.maxExemptionDays, latest: dayOf(latest) }),
      ),
    );
}

/** A baseline that would hold for longer than an exemption may, or for grants that nobody can have looked at yet. */
export function unboundBaseline({ baseline, maxExemptionDays, problemAt }: Policy, asOf: Instant): Problem[] {
  if (baseline === null) return [];
  const { expires, written } = baseline;
  const latest = asOf + days(maxExemptionDays);
  const day = dayOf(asOf);
  return [
    ...(startOf(expires.value) > latest
      ? [
          problemAt(
            expires.position,
            policyProblems["baseline-too-long"]({ days: maxExemptionDays, latest: dayOf(latest) }),
          ),
        ]
      : []),
    ...(written !== null && startOf(written.value) > asOf
      ? [problemAt(written.position, policyProblems["baseline-of-a-day-to-come"]({ day }))]
      : []),
  ];
}

/** The two lists of entries: nothing is said of an app by an identity provider's, nor the other way round. */
function lists({ apps, identityProviders }: Policy): [what: string, entries: readonly AppEntry[]][] {
  return [
    ["app", apps],
    ["identity provider", identityProviders?.entries ?? []],
  ];
}

function entries(policy: Policy): AppEntry[] {
  return lists(policy).flatMap(([, some]) => some);
}

/** Two registered apps may share a name; without ids nothing tells them apart. */
function appsTwice(policy: Policy): Problem[] {
  return lists(policy).flatMap(([what, some]) => [
    ...twice(
      (values) => policyProblems["app-listed-twice"]({ what: `${what} id`, ...values }),
      some.flatMap(({ id }) => id ?? []),
      policy.problemAt,
    ),
    ...twice(
      (values) => policyProblems["app-listed-twice"]({ what: `${what} name`, ...values }),
      some.flatMap(({ id, name }) => (id === null ? (name ?? []) : [])),
      policy.problemAt,
    ),
  ]);
}

function usersTwice(policy: Policy): Problem[] {
  const { problemAt } = policy;
  return entries(policy).flatMap(({ users }) => {
    if (users === null) return [];
    const { except } = users;
    return [
      ...inLists(users, problemAt),
      ...(except === null
        ? []
        : [
            ...inLists(except, problemAt),
            ...LISTS.flatMap((key) =>
              both(except[key], users[key], policyProblems["in-scope-and-excepted"], problemAt),
            ),
          ]),
    ];
  });
}

/** Who is excepted from nobody: read quickly it says "all but these". */
function exceptAlone(policy: Policy): Problem[] {
  const { problemAt } = policy;
  return entries(policy).flatMap(({ users }) =>
    users === null || users.everyone || users.nobody || LISTS.some((key) => users[key].length > 0)
      ? []
      : problemAt(users.position, policyProblems["users-except-alone"]()),
  );
}

function standingTwice({
  appsLike,
  offboarded,
  protectedUsers,
  protectedApps,
  problemAt,
}: Policy): Problem[] {
  return [
    ...twice(
      entryTwice("pattern"),
      appsLike.map(({ pattern }) => pattern),
      problemAt,
      foldName,
    ),
    ...twice(entryTwice("offboarded user"), offboarded, problemAt, lower),
    ...twice(entryTwice("protected user"), protectedUsers, problemAt, lower),
    ...twice(entryTwice("protected app"), protectedApps.map(inWords), problemAt),
    ...both(offboarded, protectedUsers, policyProblems["user-offboarded-and-protected"], problemAt),
  ];
}

function deniedToo(policy: Policy): Problem[] {
  const { apps, protectedApps, problemAt } = policy;
  const toBoth = lists(policy).flatMap(([what, some]) => {
    const denied = some.filter((entry) => entry.denied !== null);
    const sanctioned = some.filter((entry) => entry.denied === null);
    const says: OfTwoPlaces = (values) => policyProblems["app-sanctioned-and-denied"]({ what, ...values });
    // With an id each, they are two of one name.
    return [
      ...both(byNameAlone(denied), sanctioned.flatMap(nameOf), says, problemAt),
      ...both(
        denied.filter(({ id }) => id !== null).flatMap(nameOf),
        byNameAlone(sanctioned),
        says,
        problemAt,
      ),
    ];
  });
  return [
    ...both(
      apps.filter((app) => app.denied !== null).flatMap(called),
      protectedApps.map(inWords),
      policyProblems["app-denied-and-protected"],
      problemAt,
    ),
    ...toBoth,
  ];
}

function exemptToo({ exemptions, protectedUsers, offboarded, protectedApps, problemAt }: Policy): Problem[] {
  const users = exemptions.flatMap(({ user }) => user ?? []);
  return [
    ...both(users, protectedUsers, policyProblems["user-exempt-and-protected"], problemAt),
    ...both(users, offboarded, policyProblems["user-exempt-and-offboarded"], problemAt),
    ...both(
      exemptions.flatMap(({ app }) => (app === null ? [] : [inWords(app)])),
      protectedApps.map(inWords),
      policyProblems["app-exempt-and-protected"],
      problemAt,
    ),
  ];
}

/** Parts that mean nobody, or look back in two ways. */
function sayingNothing({ exemptions, appsLike, highPrivilege, problemAt }: Policy): Problem[] {
  const problems = [
    ...exemptions
      .filter(({ app, user }) => app === null && user === null)
      .map(({ position }) => problemAt(position, policyProblems["exemption-of-nothing"]())),
    ...appsLike
      .filter(({ pattern }) => /^[*?\s]*$/u.test(foldName(pattern.value)))
      .map(({ pattern }) => problemAt(pattern.position, policyProblems["pattern-of-everything"]())),
  ];
  if (highPrivilege === null) return problems;
  const { permissions, profiles, permissionSets, position, grantedSince, grantedWithinDays, exceptions } =
    highPrivilege;
  for (const { app, user, position } of exceptions)
    if (app === null && user === null)
      problems.push(problemAt(position, policyProblems["exception-of-nothing"]()));
  if (permissions.length + profiles.length + permissionSets.length === 0)
    problems.push(problemAt(position, policyProblems["privilege-of-nobody"]()));
  if (grantedSince !== null && grantedWithinDays !== null)
    problems.push(problemAt(position, policyProblems["privilege-looks-back-twice"]()));
  return problems;
}

const LISTS = [
  "usernames",
  "usernamesLike",
  "profiles",
  "permissionSets",
  "permissionSetGroups",
  "roles",
  "rolesAndSubordinates",
  "publicGroups",
  "userTypes",
] as const satisfies readonly (keyof UserLists)[];

function inLists(lists: UserLists, problemAt: Policy["problemAt"]): Problem[] {
  return LISTS.flatMap((key) =>
    twice(
      entryTwice(key === "usernames" ? "username" : key === "profiles" ? "profile" : `entry of ${key}`),
      lists[key],
      problemAt,
      key.startsWith("usernames") ? lower : undefined,
    ),
  );
}

/** Words a problem of two places: `other` is the place of the other. */
type OfTwoPlaces = (values: { readonly name: string; readonly other: string }) => ErrorText;

function entryTwice(what: string): OfTwoPlaces {
  return (values) => policyProblems["entry-listed-twice"]({ what, ...values });
}

/** What a list has a second time. */
function twice(
  says: OfTwoPlaces,
  names: readonly Named[],
  problemAt: Policy["problemAt"],
  form = (value: string) => value,
): Problem[] {
  const seen = new Map<string, Position>();
  const problems: Problem[] = [];
  for (const { value, position } of names) {
    const first = seen.get(form(value));
    if (first === undefined) seen.set(form(value), position);
    else problems.push(problemAt(position, says({ name: value, other: relative(first, position) })));
    if (problems.length === MOST_PROBLEMS) break;
  }
  return problems;
}

/** What stands in two lists that must have nothing in common: an error that names both places. */
function both(
  names: readonly (Named | NamedApp)[],
  others: readonly (Named | NamedApp)[],
  says: OfTwoPlaces,
  problemAt: Policy["problemAt"],
): Problem[] {
  const known = new Map(others.map((named) => [formOf(named), named.position]));
  return names.flatMap((named) => {
    const { value, position } = named;
    const other = known.get(formOf(named));
    return other === undefined
      ? []
      : problemAt(position, says({ name: value, other: relative(other, position) }));
  });
}

/** An app as a policy names it. Two with other ids are two, whatever their names; which app of the org each is shows there. */
interface NamedApp extends Named {
  readonly ref: AppRef;
}

/** The way in which an entry means its app: a name beside an id says nothing more. */
function called(entry: AppEntry): NamedApp[] {
  const { id } = entry;
  return id === null ? nameOf(entry) : [inWords({ value: { id: id.value }, position: id.position })];
}

function nameOf({ name }: AppEntry): NamedApp[] {
  return name === null ? [] : [inWords({ value: { name: name.value }, position: name.position })];
}

function byNameAlone(entries: readonly AppEntry[]): NamedApp[] {
  return entries.filter(({ id }) => id === null).flatMap(nameOf);
}

function inWords({ value, position }: Placed<AppRef>): NamedApp {
  return { value: refText(value), position, ref: value };
}

function formOf(named: Named | NamedApp): string {
  return "ref" in named ? JSON.stringify(named.ref) : lower(named.value);
}

function lower(value: string): string {
  return value.toLowerCase();
}

/** Where something else stands, seen from a place in the same file or another. */
function relative(other: Position, here: Position): string {
  return other.line > 0 && other.file === here.file ? `in line ${other.line}` : placeText(other);
}
