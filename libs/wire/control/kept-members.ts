import type { KeptMembers } from '../../core/tags.js';
import type { NumberRule, TextRule } from '../aws/constraints.js';
import type { Members } from '../aws/members.js';

/** Checks one member of a structure and returns it unchanged; undefined if absent. */
type KeptMember = (parent: Members, name: string) => unknown;

/** The members of a structure that Ebb keeps and describes back, by wire name, each with its rules. */
export type KeptShape = Readonly<Record<string, KeptMember>>;

/** Reads the members of `shape` that are present; undefined if none is. */
export function readKept(parent: Members, shape: KeptShape): KeptMembers | undefined {
  const entries = Object.entries(shape)
    .map(([name, read]) => [name, read(parent, name)] as const)
    .filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Returns members that were read from inside a structure whose other members are stored elsewhere. */
export function keptInside(name: string, kept: KeptMembers | undefined): KeptMembers | undefined {
  return kept && { [name]: kept };
}

/** Joins several parts; undefined if all are absent. */
export function joinKept(...parts: readonly (KeptMembers | undefined)[]): KeptMembers | undefined {
  return parts.every((part) => part === undefined) ? undefined : Object.assign({}, ...parts);
}

/** Puts kept members back beside the others, and into structures of which only a part was kept. */
export function withKept(written: object, kept: KeptMembers | undefined): object {
  const merged: Record<string, unknown> = { ...written };
  for (const [name, value] of Object.entries(kept ?? {})) {
    const beside = merged[name];
    merged[name] = isStructure(beside) && isStructure(value) ? withKept(beside, value) : value;
  }
  return merged;
}

function isStructure(value: unknown): value is KeptMembers {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the reader of a text. */
export function text(rule?: TextRule): KeptMember {
  return (parent, name) => parent.text(name, rule);
}

/** Returns the reader of a required text. */
export function requiredText(rule?: TextRule): KeptMember {
  return (parent, name) => parent.requiredText(name, rule);
}

/** Returns the reader of an integer. */
export function integer(rule?: NumberRule): KeptMember {
  return (parent, name) => parent.integer(name, rule);
}

/** Returns the reader of a required integer. */
export function requiredInteger(rule?: NumberRule): KeptMember {
  return (parent, name) => parent.requiredInteger(name, rule);
}

/** Returns the reader of an integer that must be one of `values`. */
export function oneOfIntegers(values: readonly number[]): KeptMember {
  return (parent, name) => {
    const value = parent.integer(name);
    if (value !== undefined && !values.includes(value)) {
      parent.violate(name, `Member must satisfy enum value set: [${values.join(', ')}]`);
    }
    return value;
  };
}

/** Reads a boolean. */
export const boolean: KeptMember = (parent, name) => parent.boolean(name);

/** Reads a required boolean. */
export const requiredBoolean: KeptMember = (parent, name) => {
  if (!parent.has(name)) parent.violate(name, 'Member must not be null');
  return parent.boolean(name);
};

/** Returns the reader of a list of texts. */
export function texts(rule: TextRule, length?: NumberRule): KeptMember {
  return (parent, name) => (parent.has(name) ? parent.texts(name, rule, length) : undefined);
}

/** Returns the reader of a structure; `check` reports violations between its members. */
export function structure(shape: KeptShape, check?: (members: Members, kept: KeptMembers) => void): KeptMember {
  return (parent, name) => {
    const members = parent.structure(name);
    if (!members) return undefined;
    const kept = readKept(members, shape) ?? {};
    check?.(members, kept);
    return kept;
  };
}

/** Returns the reader of a list of structures. */
export function structures(shape: KeptShape, length?: NumberRule): KeptMember {
  return (parent, name) =>
    parent.has(name) ? parent.structures(name, length).map((item) => readKept(item, shape) ?? {}) : undefined;
}
