/**
 * What the metrics of an expression have in one period; undefined where there is no data point.
 */
export type Values = Readonly<Record<string, number | undefined>>;
export type Expression = (values: Values) => number | undefined;

const TOKEN = /\s*(?:(\d+)|([A-Za-z]\w*)|(==|[<>+(),]))/y;
type Operation = (left: number, right: number) => number;

// loosest first; in CloudWatch too, a comparison is 1 or 0.
const LEVELS: readonly Readonly<Record<string, Operation>>[] = [
  { OR: (left, right) => Number(left !== 0 || right !== 0) },
  { AND: (left, right) => Number(left !== 0 && right !== 0) },
  {
    '==': (left, right) => Number(left === right),
    '<': (left, right) => Number(left < right),
    '>': (left, right) => Number(left > right),
  },
  { '+': (left, right) => left + right },
];

/**
 * Reads what our alarms use of CloudWatch's metric math.
 *
 * @throws at anything else
 */
export function readExpression(text: string): Expression {
  const tokens = tokensOf(text);
  let at = 0;
  const refuse = (): never => {
    throw new Error(`the expression ${text} has ${tokens[at] ?? 'an end'} where the local CloudWatch knows nothing`);
  };
  const take = (expected: string): void => {
    if (tokens[at] !== expected) {
      refuse();
    }
    at += 1;
  };

  const level = (depth: number): Expression => {
    const operations = LEVELS[depth];
    if (!operations) {
      return atom();
    }
    let left = level(depth + 1);
    for (let operation = operations[tokens[at] ?? '']; operation; operation = operations[tokens[at] ?? '']) {
      at += 1;
      left = combined(operation, left, level(depth + 1));
    }
    return left;
  };

  const argument = (before: string): Expression => {
    take(before);
    return level(0);
  };

  const atom = (): Expression => {
    const token = tokens[at] ?? refuse();
    if (token === '(') {
      const inner = argument('(');
      take(')');
      return inner;
    }
    if (/^\d/.test(token)) {
      at += 1;
      return () => Number(token);
    }
    if (token === 'IF' || token === 'FILL') {
      at += 1;
      const first = argument('(');
      const second = argument(',');
      const third = token === 'IF' ? argument(',') : undefined;
      take(')');
      return third ? choice(first, second, third) : (values) => first(values) ?? second(values);
    }
    if (/^[a-z]/.test(token)) {
      at += 1;
      return (values) => values[token];
    }
    return refuse();
  };

  const expression = level(0);
  return at === tokens.length ? expression : refuse();
}

// where one side has no data point, the result has none.
function combined(operation: Operation, left: Expression, right: Expression): Expression {
  return (values) => {
    const [one, other] = [left(values), right(values)];
    return one === undefined || other === undefined ? undefined : operation(one, other);
  };
}

function choice(condition: Expression, then: Expression, otherwise: Expression): Expression {
  return (values) => {
    const chosen = condition(values);
    return chosen === undefined ? undefined : (chosen === 0 ? otherwise : then)(values);
  };
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const from = TOKEN.lastIndex;
    const [, number, name, sign] = TOKEN.exec(text) ?? [];
    const token = number ?? name ?? sign;
    if (token === undefined) {
      throw new Error(`the expression ${text} has ${text.slice(from)}, which the local CloudWatch does not know`);
    }
    tokens.push(token);
  }
  return tokens;
}
