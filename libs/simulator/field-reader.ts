import { EbbError } from '../core/errors.js';

interface Range {
  readonly min: number;
  readonly max?: number;
  readonly isWhole?: boolean;
}

/** Reads the fields of one object in a file that people write. Its errors name the field and the broken rule. */
export class FieldReader {
  private constructor(
    private readonly path: string,
    private readonly values: Readonly<Record<string, unknown>>,
  ) {}

  /** `name` is the name of the whole in messages, such as the name of a file. */
  static of(value: unknown, name: string): FieldReader {
    if (!isObject(value)) throw new EbbError('InvalidRequest', `${name}: must be an object; it is ${shown(value)}`);
    return new FieldReader(`${name}: `, value);
  }

  /** All fields, for callers that read them in their own way. */
  get all(): Readonly<Record<string, unknown>> {
    return this.values;
  }

  has(field: string): boolean {
    return this.values[field] !== undefined;
  }

  text(field: string): string {
    const value = this.values[field];
    if (typeof value !== 'string' || value === '') throw this.mistake(field, 'must be a string that is not empty');
    return value;
  }

  oneOf<T extends string>(field: string, choices: readonly T[]): T {
    const choice = choices.find((each) => each === this.values[field]);
    if (choice === undefined) throw this.mistake(field, `must be one of ${choices.join(', ')}`);
    return choice;
  }

  number(field: string, { min, max = Infinity, isWhole = false }: Range): number {
    const value = this.values[field];
    const kind = isWhole ? 'a whole number' : 'a number';
    const range = max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`;
    const isRight = typeof value === 'number' && value >= min && value <= max && (!isWhole || Number.isInteger(value));
    if (!isRight) throw this.mistake(field, `must be ${kind} ${range}`);
    return value;
  }

  object(field: string): FieldReader {
    return this.objectAt(this.values[field], field);
  }

  /** Reads a list of at least one object. */
  objects(field: string): FieldReader[] {
    const value = this.values[field];
    if (!Array.isArray(value) || value.length === 0) throw this.mistake(field, 'must be a list that is not empty');
    return value.map((item, index) => this.objectAt(item, `${field}[${index}]`));
  }

  /** Refuses all other fields, because a misspelt field must not count as absent. */
  only(...fields: string[]): void {
    const other = Object.keys(this.values).find((field) => !fields.includes(field));
    if (other !== undefined) throw this.mistake(other, `is unknown; the known fields are: ${fields.join(', ')}`);
  }

  mistake(field: string, rule: string): EbbError {
    return this.mistakeIn(field, rule, this.values[field]);
  }

  private objectAt(value: unknown, field: string): FieldReader {
    if (!isObject(value)) throw this.mistakeIn(field, 'must be an object', value);
    return new FieldReader(`${this.path}${field}.`, value);
  }

  private mistakeIn(field: string, rule: string, value: unknown): EbbError {
    const found = value === undefined ? 'it is missing' : `it is ${shown(value)}`;
    return new EbbError('InvalidRequest', `${this.path}${field} ${rule}; ${found}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const MAX_SHOWN = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}
