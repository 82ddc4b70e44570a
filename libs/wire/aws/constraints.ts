import { EbbError } from '../../core/errors.js';

/** The rules that AWS's models state for text. Lengths count UTF-16 units; patterns must match the whole value. */
export interface TextRule {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  /** The pattern as AWS prints it, if `pattern` is written differently. */
  readonly patternText?: string;
  readonly oneOf?: readonly string[];
}

/** The bounds of a number, or of the length of a list; both are inclusive. */
export interface NumberRule {
  readonly min?: number;
  readonly max?: number;
}

/**
 * Collects the violations of one request and reports them together in the wording of AWS's own services: `2 validation
 * errors detected: Value 'x' at 'path' failed to satisfy constraint: …; …`. Paths are lowerCamel; list members are
 * `.N.member`, counted from 1.
 */
export class Constraints {
  private readonly violations: string[] = [];

  /** Reads a text member; undefined if absent. */
  text(path: string, value: unknown, rule: TextRule = {}): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') return this.wrongType(path, value, 'a string');
    if (rule.min !== undefined && value.length < rule.min) {
      this.violate(path, value, `Member must have length greater than or equal to ${rule.min}`);
    }
    if (rule.max !== undefined && value.length > rule.max) {
      this.violate(path, value, `Member must have length less than or equal to ${rule.max}`);
    }
    if (rule.pattern && !rule.pattern.test(value)) {
      const text = rule.patternText ?? unanchored(rule.pattern);
      this.violate(path, value, `Member must satisfy regular expression pattern: ${text}`);
    }
    if (rule.oneOf && !rule.oneOf.includes(value)) {
      this.violate(path, value, `Member must satisfy enum value set: [${rule.oneOf.join(', ')}]`);
    }
    return value;
  }

  requiredText(path: string, value: unknown, rule: TextRule = {}): string {
    return this.required(path, this.text(path, value, rule), value) ?? '';
  }

  integer(path: string, value: unknown, rule: NumberRule = {}): number | undefined {
    return this.number(path, value, rule, INTEGER);
  }

  requiredInteger(path: string, value: unknown, rule: NumberRule = {}): number {
    return this.required(path, this.integer(path, value, rule), value) ?? 0;
  }

  float(path: string, value: unknown, rule: NumberRule = {}): number | undefined {
    return this.number(path, value, rule, NUMBER);
  }

  requiredFloat(path: string, value: unknown, rule: NumberRule = {}): number {
    return this.required(path, this.float(path, value, rule), value) ?? 0;
  }

  boolean(path: string, value: unknown): boolean | undefined {
    if (value === undefined || value === null) return undefined;
    return typeof value === 'boolean' ? value : this.wrongType(path, value, 'a boolean');
  }

  /** Reads a structure; the caller reads its members. */
  structure(path: string, value: unknown): Readonly<Record<string, unknown>> | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
    return this.wrongType(path, value, 'a structure');
  }

  requiredStructure(path: string, value: unknown): Readonly<Record<string, unknown>> {
    return this.required(path, this.structure(path, value), value) ?? {};
  }

  list(path: string, value: unknown, rule: NumberRule = {}): readonly unknown[] | undefined {
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) return this.wrongType(path, value, 'a list');
    if (rule.min !== undefined && value.length < rule.min) {
      this.violate(path, value, `Member must have length greater than or equal to ${rule.min}`);
    }
    if (rule.max !== undefined && value.length > rule.max) {
      this.violate(path, value, `Member must have length less than or equal to ${rule.max}`);
    }
    return value;
  }

  /** Adds a violation that no rule above expresses. */
  violate(path: string, value: unknown, constraint: string): void {
    this.violations.push(`Value '${shown(value)}' at '${path}' failed to satisfy constraint: ${constraint}`);
  }

  /** Raises `InvalidRequest` if there is a violation. */
  check(): void {
    const count = this.violations.length;
    if (count === 0) return;
    const heading = `${count} validation error${count === 1 ? '' : 's'} detected: `;
    throw new EbbError('InvalidRequest', heading + this.violations.join('; '));
  }

  private number(path: string, value: unknown, rule: NumberRule, { isRight, name }: NumberKind): number | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'number' || !isRight(value)) return this.wrongType(path, value, name);
    if (rule.min !== undefined && value < rule.min) {
      this.violate(path, value, `Member must have value greater than or equal to ${rule.min}`);
    }
    if (rule.max !== undefined && value > rule.max) {
      this.violate(path, value, `Member must have value less than or equal to ${rule.max}`);
    }
    return value;
  }

  /** Reports a member as missing only if it is absent, because a member of the wrong type has already been reported. */
  private required<T>(path: string, read: T | undefined, given: unknown): T | undefined {
    if (given === undefined || given === null) this.violate(path, 'null', 'Member must not be null');
    return read;
  }

  private wrongType(path: string, value: unknown, kind: string): undefined {
    this.violate(path, value, `Member must be ${kind}`);
    return undefined;
  }
}

interface NumberKind {
  readonly name: string;
  readonly isRight: (value: number) => boolean;
}

const INTEGER: NumberKind = { name: 'an integer', isRight: Number.isInteger };
const NUMBER: NumberKind = { name: 'a number', isRight: Number.isFinite };

/** AWS prints patterns without anchors, though they must match the whole value. */
function unanchored(pattern: RegExp): string {
  return pattern.source.replace(/^\^/, '').replace(/\$$/, '').replaceAll('\\/', '/');
}

const LONGEST_SHOWN = 256;

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text;
}
