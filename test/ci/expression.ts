/** What expressions see, by their first name. */
export type Context = Readonly<Record<string, unknown>>;

/** A text with its expressions replaced by what they say; what is not there is empty. */
export function filled(text: string, context: Context): string {
  return text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => String(said(expression, context) ?? ""));
}

/** What a text that is one expression says. */
export function evaluated(text: string, context: Context): unknown {
  return said(/^\$\{\{(.*)\}\}$/.exec(text)![1]!, context);
}

const STATUS = /\b(always|cancelled|failure|success)\(\)/;

/** A condition, which without a status function is one of success too. @param isFine whether all went well before */
export function truth(condition: string, context: Context, isFine: boolean): boolean {
  if (condition.trim() === "") return isFine;
  const expression = /^\$\{\{(.*)\}\}$/.exec(condition)?.[1] ?? condition;
  const holds = isTrue(said(expression, { ...context, isFine }));
  return STATUS.test(expression) ? holds : isFine && holds;
}

const FUNCTIONS: Readonly<Record<string, (context: Context, ...given: readonly unknown[]) => unknown>> = {
  always: () => true,
  cancelled: () => false,
  success: ({ isFine }) => isFine,
  failure: ({ isFine }) => isFine === false,
  fromJSON: (_, text) => JSON.parse(String(text)),
  contains: (_, list, one) => (list as readonly unknown[]).includes(one),
};

/** An expression of GitHub Actions, as far as workflows here use the language (docs.github.com: evaluate expressions). */
function said(expression: string, context: Context): unknown {
  const tokens = expression.match(/'[^']*'|&&|\|\||[!=]=|[!(),]|[\w.-]+/g) ?? [];
  if (tokens.join("") !== expression.replace(/\s+(?=(?:[^']*'[^']*')*[^']*$)/g, ""))
    throw new Error(`an expression that is not known here: ${expression}`);
  let at = 0;
  const take = (token: string) => {
    if (tokens[at] !== token) return false;
    at++;
    return true;
  };
  const either = (): unknown => {
    let value = both();
    while (take("||")) {
      const other = both();
      value = isTrue(value) ? value : other;
    }
    return value;
  };
  const both = (): unknown => {
    let value = equal();
    while (take("&&")) {
      const other = equal();
      value = isTrue(value) ? other : value;
    }
    return value;
  };
  const equal = (): unknown => {
    const value = single();
    if (take("==")) return (value ?? "") === (single() ?? "");
    if (take("!=")) return (value ?? "") !== (single() ?? "");
    return value;
  };
  const single = (): unknown => {
    if (take("!")) return !isTrue(single());
    if (take("(")) {
      const value = either();
      if (!take(")")) throw new Error(`a parenthesis is open: ${expression}`);
      return value;
    }
    const token = tokens[at++] ?? "";
    if (token.startsWith("'")) return token.slice(1, -1);
    if (!take("(")) return named(token, context);
    const given: unknown[] = [];
    while (!take(")")) {
      given.push(either());
      take(",");
    }
    return FUNCTIONS[token]!(context, ...given);
  };
  const value = either();
  if (at !== tokens.length) throw new Error(`an expression that is not known here: ${expression}`);
  return value;
}

function isTrue(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && value !== false && value !== 0;
}

function named(name: string, context: Context): unknown {
  return name
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], context);
}
