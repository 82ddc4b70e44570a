import type { KeptMembers } from '../../core/tags.js';
import type { NumberRule, TextRule } from '../aws/constraints.js';
import type { Members } from '../aws/members.js';

/** Checks one member of a structure and gives it back as it came; undefined where it is absent. */
type KeptMember = (parent: Members, name: string) => unknown;

/** The members of a structure that Ebb keeps and describes back, by wire name, each with its rules. */
export type KeptShape = Readonly<Record<string, KeptMember>>;

/** Reads the members of `shape` that are there; undefined where none is. */
export function readKept(parent: Members, shape: KeptShape): KeptMembers | undefined {
  const entries = Object.entries(shape)
    .map(([name, read]) => [name, read(parent, name)] as const)
    .filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** What was read from inside a member of which the rest has a place of its own. */
export function keptInside(name: string, kept: KeptMembers | undefined): KeptMembers | undefined {
  return kept && { [name]: kept };
}

/** All of several parts; undefined where there is none. */
export function joinKept(...parts: readonly (KeptMembers | undefined)[]): KeptMembers | undefined {
  return parts.every((part) => part === undefined) ? undefined : Object.assign({}, ...parts);
}

/** Puts kept members back beside the others, and inside of structures of which only a part was kept. */
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

// The kinds of members, as a shape names them.

export function text(rule?: TextRule): KeptMember {
  return (parent, name) => parent.text(name, rule);
}

export function requiredText(rule?: TextRule): KeptMember {
  return (parent, name) => parent.requiredText(name, rule);
}

export function integer(rule?: NumberRule): KeptMember {
  return (parent, name) => parent.integer(name, rule);
}

export function requiredInteger(rule?: NumberRule): KeptMember {
  return (parent, name) => parent.requiredInteger(name, rule);
}

export function oneOfIntegers(values: readonly number[]): KeptMember {
  return (parent, name) => {
    const value = parent.integer(name);
    if (value !== undefined && !values.includes(value)) {
      parent.violate(name, `Member must satisfy enum value set: [${values.join(', ')}]`);
    }
    return value;
  };
}

export const boolean: KeptMember = (parent, name) => parent.boolean(name);

export const requiredBoolean: KeptMember = (parent, name) => {
  if (!parent.has(name)) parent.violate(name, 'Member must not be null');
  return parent.boolean(name);
};

/** A list of texts. */
export function texts(rule: TextRule, length?: NumberRule): KeptMember {
  return (parent, name) => (parent.has(name) ? parent.texts(name, rule, length) : undefined);
}

/** `check` reports what is wrong between the members. */
export function structure(shape: KeptShape, check?: (members: Members, kept: KeptMembers) => void): KeptMember {
  return (parent, name) => {
    const members = parent.structure(name);
    if (!members) return undefined;
    const kept = readKept(members, shape) ?? {};
    check?.(members, kept);
    return kept;
  };
}

/** A list of structures. */
export function structures(shape: KeptShape, length?: NumberRule): KeptMember {
  return (parent, name) =>
    parent.has(name) ? parent.structures(name, length).map((item) => readKept(item, shape) ?? {}) : undefined;
}
