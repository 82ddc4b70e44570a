const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
type Color = keyof typeof CODES;

const STATES: Readonly<Record<string, Color>> = {
  Completed: 'green',
  InService: 'green',
  ok: 'green',
  Running: 'cyan',
  Creating: 'cyan',
  Updating: 'cyan',
  Failed: 'red',
  fail: 'red',
  Expired: 'red',
  Cancelled: 'yellow',
  warn: 'yellow',
  skip: 'dim',
};

/** Colours text, or leaves it alone where colours are not wanted. */
export class Paint {
  constructor(private readonly isOn: boolean) {}

  /** A state, a status or the outcome of a check, in its colour. */
  state(state: string): string {
    const color = STATES[state];
    return color ? this.with(color, state) : state;
  }

  bold(text: string): string {
    return this.with('bold', text);
  }

  dim(text: string): string {
    return this.with('dim', text);
  }

  with(color: Color, text: string): string {
    return this.isOn ? `\u001b[${CODES[color]}m${text}\u001b[0m` : text;
  }
}
