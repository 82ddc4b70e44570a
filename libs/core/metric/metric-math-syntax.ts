/** A parsed expression of CloudWatch's metric math. Positions count characters from 1. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'reference'; readonly id: string; readonly position: number }
  | { readonly kind: 'text'; readonly value: string; readonly position: number }
  | { readonly kind: 'negation'; readonly operand: Expression }
  | {
      readonly kind: 'operation';
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
      readonly position: number;
    }
  | { readonly kind: 'list'; readonly items: readonly Expression[]; readonly position: number }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly arguments: readonly Expression[];
      readonly position: number;
    };

/** The binary operators by precedence, the lowest first; operators on one row bind alike. */
const PRECEDENCE = [['OR'], ['AND'], ['==', '!=', '<', '<=', '>', '>='], ['+', '-'], ['*', '/']] as const;
export type Operator = (typeof PRECEDENCE)[number][number] | '^';

/** An error in an expression, with its position. */
export class MetricMathError extends Error {
  override readonly name = 'MetricMathError';

  constructor(
    reason: string,
    readonly position: number,
  ) {
    super(`${reason} at position ${position}`);
  }
}

/** Parses an expression. Raises `MetricMathError` for text that is not one. */
export function parseExpression(text: string): Expression {
  return new Parser(tokensOf(text), text.length + 1).whole();
}

type Token = {
  readonly kind: 'number' | 'name' | 'text' | 'mark' | 'end';
  readonly text: string;
  readonly position: number;
};

const TOKEN =
  /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_]\w*)|(?:"(?<double>[^"]*)"|'(?<single>[^']*)')|(?<mark>&&|\|\||[=!<>]=|[-+*/^()[\],<>]))/y;

/** Other spellings of operators. */
const SPELLINGS: Readonly<Record<string, string>> = { '&&': 'AND', '||': 'OR' };

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const start = pattern.lastIndex;
    const found = pattern.exec(text)?.groups;
    const position = start + (/^\s*/.exec(text.slice(start))?.[0].length ?? 0) + 1;
    if (!found) throw new MetricMathError(`Unexpected '${text[position - 1]}'`, position);
    tokens.push({ ...tokenOf(found), position });
  }
  return tokens;
}

function tokenOf({ number, name, mark, double, single }: Record<string, string | undefined>): Omit<Token, 'position'> {
  if (number !== undefined) return { kind: 'number', text: number };
  if (name !== undefined) return { kind: name === 'AND' || name === 'OR' ? 'mark' : 'name', text: name };
  if (mark !== undefined) return { kind: 'mark', text: SPELLINGS[mark] ?? mark };
  return { kind: 'text', text: double ?? single ?? '' };
}

/** The deepest nesting of parentheses, lists, calls and powers. */
const MAX_DEPTH = 50;

/** A recursive-descent parser, with one method for each form of expression. */
class Parser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly end: number,
  ) {}

  whole(): Expression {
    const expression = this.binary(0);
    const rest = this.next();
    if (rest.kind !== 'end') throw unexpected(rest);
    return expression;
  }

  private binary(level: number): Expression {
    const operators: readonly string[] | undefined = PRECEDENCE[level];
    if (!operators) return this.unary();
    let left = this.binary(level + 1);
    for (let token = this.peek(); isMark(token, operators); token = this.peek()) {
      this.at += 1;
      const right = this.binary(level + 1);
      left = { kind: 'operation', operator: token.text as Operator, left, right, position: token.position };
    }
    return left;
  }

  /** A power binds closer than a sign before it: `-2^2` is -4. */
  private unary(): Expression {
    let signs = 0;
    for (; isMark(this.peek(), ['-']); this.at += 1) signs += 1;
    const operand = this.power();
    return signs % 2 === 0 ? operand : { kind: 'negation', operand };
  }

  private power(): Expression {
    const left = this.primary();
    const token = this.peek();
    if (!isMark(token, ['^'])) return left;
    this.at += 1;
    const right = this.nested(() => this.unary());
    return { kind: 'operation', operator: '^', left, right, position: token.position };
  }

  private primary(): Expression {
    const token = this.next();
    const { kind, position, text } = token;
    if (kind === 'number') return { kind, value: Number(text) };
    if (kind === 'text') return { kind, value: text, position };
    if (kind === 'name') {
      if (!isMark(this.peek(), ['('])) return { kind: 'reference', id: text, position };
      this.at += 1;
      return { kind: 'call', name: text, arguments: this.items(')'), position };
    }
    if (isMark(token, ['['])) return { kind: 'list', items: this.items(']'), position };
    if (!isMark(token, ['('])) throw unexpected(token);
    const inner = this.nested(() => this.binary(0));
    this.expect(')');
    return inner;
  }

  private items(closing: string): Expression[] {
    const items: Expression[] = [];
    if (isMark(this.peek(), [closing])) {
      this.at += 1;
      return items;
    }
    for (;;) {
      items.push(this.nested(() => this.binary(0)));
      if (!isMark(this.peek(), [','])) break;
      this.at += 1;
    }
    this.expect(closing);
    return items;
  }

  private nested(read: () => Expression): Expression {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new MetricMathError('Nested too deeply', this.peek().position);
    const expression = read();
    this.depth -= 1;
    return expression;
  }

  private expect(mark: string): void {
    const token = this.next();
    if (!isMark(token, [mark])) throw unexpected(token, `'${mark}'`);
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: '', position: this.end };
  }

  private next(): Token {
    const token = this.peek();
    this.at += 1;
    return token;
  }
}

function isMark({ kind, text }: Token, marks: readonly string[]): boolean {
  return kind === 'mark' && marks.includes(text);
}

function unexpected({ kind, text, position }: Token, wanted?: string): MetricMathError {
  const found = kind === 'end' ? 'end of the expression' : `'${text}'`;
  return new MetricMathError(`Unexpected ${found}${wanted === undefined ? '' : ` instead of ${wanted}`}`, position);
}
