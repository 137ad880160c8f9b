import { parseQuery, type Query, type Subquery } from "@jetstreamapp/soql-parser-js";
import { SoqlError } from "./soqlError.ts";

type Clause = keyof Query | keyof Subquery;

/** Why a clause is refused: Salesforce's error code, and what is said. */
type Refusal = readonly [code: string, message: string];

const APEX_ONLY = (clause: string): Refusal => ["MALFORMED_QUERY", `unexpected token: '${clause}'`];

/**
 * Every clause that the parser knows: answered (null), or refused. A clause that it learns later has to be decided on before
 * this compiles, and is refused until then.
 */
const CLAUSES: Readonly<Record<Clause, Refusal | null>> = {
  fields: null,
  sObject: null,
  sObjectAlias: null,
  relationshipName: null,
  where: null,
  limit: null,
  offset: null,
  groupBy: null,
  having: null,
  orderBy: null,
  sObjectPrefix: ["MALFORMED_QUERY", "the local org knows no prefix of a relationship in FROM"],
  usingScope: ["INVALID_QUERY_SCOPE", "the local org knows no scope but everything"],
  withDataCategory: ["MALFORMED_QUERY", "the objects of the local org have no data categories"],
  // Clauses of Apex, whose queries run without a caller's permissions; those of the API never do.
  withSecurityEnforced: APEX_ONLY("SECURITY_ENFORCED"),
  withAccessLevel: APEX_ONLY("USER_MODE"),
  for: ["MALFORMED_QUERY", "the local org keeps no views and references, and locks nothing: it knows no FOR"],
  update: ["MALFORMED_QUERY", "the local org has no articles, and knows no UPDATE"],
};

/** Parses SOQL, with no aliases of its object left in it. @throws SoqlError where it is none, or has a clause that is not answered */
export function parse(soql: string): Query {
  const query = parsed(soql);
  checkClauses(query);
  return query.sObjectAlias === undefined ? query : withoutAlias(query, `${query.sObjectAlias}.`);
}

/** @throws SoqlError where a query has a clause that is not answered */
export function checkClauses(query: Query | Subquery): void {
  for (const [clause, value] of Object.entries(query)) {
    if (value === undefined || (clause === "usingScope" && /^everything$/i.test(String(value)))) continue;
    const refusal = Object.hasOwn(CLAUSES, clause)
      ? CLAUSES[clause as Clause]
      : (["MALFORMED_QUERY", `the local org knows no clause ${clause}`] as const);
    if (refusal !== null) throw new SoqlError(...refusal);
  }
}

function parsed(soql: string): Query {
  try {
    return parseQuery(soql);
  } catch (error) {
    throw new SoqlError("MALFORMED_QUERY", `unexpected token: ${(error as Error).message.split("\n")[0]}`);
  }
}

/** The parser takes an alias off the selected fields alone. */
function withoutAlias(query: Query, prefix: string): Query {
  const bare = (text: unknown) =>
    typeof text === "string" && text.toLowerCase().startsWith(prefix.toLowerCase())
      ? text.slice(prefix.length)
      : text;
  return JSON.parse(JSON.stringify(query), (key, value) => {
    if (key === "field") return bare(value);
    if (key === "parameters" && Array.isArray(value)) return value.map(bare);
    if (typeof value === "object" && value !== null && "functionName" in value)
      return { ...value, rawValue: `${value.functionName}(${[value.parameters ?? []].flat().join(", ")})` };
    return value;
  }) as Query;
}
