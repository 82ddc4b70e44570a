import { EbbError } from '../errors.js';
import type { MessageAttribute } from './delivery.js';

/** Decides whether one value of a message attribute satisfies one condition of a policy. */
type Condition = (value: AttributeValue) => boolean;
type AttributeValue = string | number | boolean | null;
type Attributes = Readonly<Record<string, MessageAttribute>>;

/** One attribute's rule: any condition holds for any of its values, or the attribute is present or absent. */
interface Rule {
  readonly attribute: string;
  readonly conditions: readonly Condition[];
  readonly exists?: boolean;
}

/** The messages of a topic that a subscription wants, chosen by their attributes. Every rule must hold. */
export interface FilterPolicy {
  readonly rules: readonly Rule[];
}

/** SNS allows five attribute names and 150 combinations of values in one policy. */
const MAX_ATTRIBUTES = 5;
const MAX_COMBINATIONS = 150;

/**
 * Reads a policy of the scope `MessageAttributes`: exact strings, numbers and booleans, `prefix`, `suffix`,
 * `equals-ignore-case`, `anything-but`, `numeric` and `exists`. Raises `InvalidRequest` for everything else, because an
 * ignored filter would flood its receiver.
 */
export function parseFilterPolicy(json: string): FilterPolicy {
  const policy = parseJson(json);
  const entries = Object.entries(policy);
  if (entries.length > MAX_ATTRIBUTES) throw invalid(`a policy has at most ${MAX_ATTRIBUTES} attribute names`);
  const rules = entries.map(([attribute, conditions]) => parseRule(attribute, conditions));
  const combinations = rules.reduce((product, rule) => product * Math.max(1, rule.conditions.length), 1);
  if (combinations > MAX_COMBINATIONS) throw invalid('the policy is too complex');
  return { rules };
}

/** Returns whether every rule of a policy holds for a message's attributes. */
export function matchesFilter(policy: FilterPolicy, attributes: Attributes = {}): boolean {
  return policy.rules.every((rule) => matchesRule(rule, attributes));
}

function matchesRule(rule: Rule, attributes: Attributes): boolean {
  const attribute = Object.hasOwn(attributes, rule.attribute) ? attributes[rule.attribute] : undefined;
  if (rule.exists === (attribute !== undefined)) return true;
  if (!attribute) return false;
  return valuesOf(attribute).some((value) => rule.conditions.some((holds) => holds(value)));
}

/** Returns an attribute's values. A binary attribute has none, because a policy cannot name its value. */
function valuesOf(attribute: MessageAttribute): AttributeValue[] {
  const [type] = attribute.type.split('.');
  if (type === 'Number') return [Number(attribute.value)];
  if (type === 'Binary') return [];
  if (attribute.type !== 'String.Array') return [attribute.value];
  try {
    const values: unknown = JSON.parse(attribute.value);
    return Array.isArray(values) ? values.filter((value) => value === null || typeof value !== 'object') : [];
  } catch {
    return [];
  }
}

function parseRule(attribute: string, given: unknown): Rule {
  if (attribute.startsWith('$')) throw invalid(`the operator ${attribute} is not supported`);
  if (!Array.isArray(given) || given.length === 0) throw invalid(`'${attribute}' must be a list of conditions`);
  const conditions: Condition[] = [];
  let exists: boolean | undefined;
  for (const condition of given as unknown[]) {
    const presence = presenceOf(condition);
    if (presence === undefined) conditions.push(parseCondition(condition));
    else if (exists === undefined) exists = presence;
    else throw invalid(`'${attribute}' has more than one 'exists'`);
  }
  return { attribute, conditions, exists };
}

function presenceOf(condition: unknown): boolean | undefined {
  if (typeof condition !== 'object' || condition === null || !('exists' in condition)) return undefined;
  if (typeof condition.exists === 'boolean' && Object.keys(condition).length === 1) return condition.exists;
  throw invalid("'exists' must be true or false");
}

function parseCondition(condition: unknown): Condition {
  if (typeof condition !== 'object' || condition === null || Array.isArray(condition)) {
    const wanted = scalar(condition);
    return (value) => value === wanted;
  }
  const [operator, operand, ...more] = Object.entries(condition).flat() as [string?, unknown?, ...unknown[]];
  if (operator === undefined || more.length > 0) throw invalid('a condition has exactly one operator');
  switch (operator) {
    case 'prefix':
    case 'suffix':
    case 'equals-ignore-case':
      return textCondition(operator, operand);
    case 'anything-but':
      return anythingBut(operand);
    case 'numeric':
      return numericCondition(operand);
    default:
      throw invalid(`the operator '${operator}' is not supported`);
  }
}

function textCondition(operator: 'prefix' | 'suffix' | 'equals-ignore-case', operand: unknown): Condition {
  if (typeof operand !== 'string' || operand === '') throw invalid(`'${operator}' must be a string, not empty`);
  const lower = operand.toLowerCase();
  return (value) => {
    if (typeof value !== 'string') return false;
    if (operator === 'prefix') return value.startsWith(operand);
    if (operator === 'suffix') return value.endsWith(operand);
    return value.toLowerCase() === lower;
  };
}

function anythingBut(operand: unknown): Condition {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
    const [operator, text, ...more] = Object.entries(operand).flat() as [string?, unknown?, ...unknown[]];
    if ((operator !== 'prefix' && operator !== 'suffix') || more.length > 0) {
      throw invalid("'anything-but' takes values, a 'prefix' or a 'suffix'");
    }
    const holds = textCondition(operator, text);
    return (value) => !holds(value);
  }
  const unwanted = (Array.isArray(operand) ? operand : [operand]).map(scalar);
  if (unwanted.length === 0) throw invalid("'anything-but' must not be empty");
  return (value) => !unwanted.includes(value);
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** Reads a comparison, `["=", 5]` or `[">", 1]`, or a range, `[">=", 1, "<", 10]`. */
function numericCondition(operand: unknown): Condition {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw invalid("'numeric' must have one or two comparisons");
  }
  const comparisons: Condition[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const [operator, bound] = [operand[index] as unknown, operand[index + 1] as unknown];
    const compare = typeof operator === 'string' && Object.hasOwn(COMPARISONS, operator) && COMPARISONS[operator];
    if (!compare || typeof bound !== 'number') throw invalid("'numeric' must have one or two comparisons");
    comparisons.push((value) => typeof value === 'number' && compare(value, bound));
  }
  return (value) => comparisons.every((holds) => holds(value));
}

function scalar(value: unknown): AttributeValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  throw invalid('a value must be a string, a number, true, false or null');
}

function parseJson(json: string): object {
  let policy: unknown;
  try {
    policy = JSON.parse(json);
  } catch (cause) {
    throw invalid('it is not valid JSON', cause);
  }
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy)) throw invalid('it must be an object');
  return policy;
}

function invalid(rule: string, cause?: unknown): EbbError {
  return new EbbError('InvalidRequest', `FilterPolicy: ${rule}`, { cause });
}
