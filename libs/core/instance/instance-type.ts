import { EbbError } from '../errors.js';

/** The resources of its machine that an instance of a type may use. */
export interface InstanceType {
  readonly vCpu: number;
  readonly memoryMiB: number;
  readonly gpus: number;
}

/** Instance types by name (`ml.m5.large`). */
export type InstanceTypes = ReadonlyMap<string, InstanceType>;

type Size = readonly [vCpu: number, memoryGiB: number, gpus?: number];

const GENERAL = { large: [2, 8], xlarge: [4, 16], '2xlarge': [8, 32], '4xlarge': [16, 64] } as const;
const COMPUTE = { large: [2, 4], xlarge: [4, 8], '2xlarge': [8, 16], '4xlarge': [16, 32] } as const;
const MEMORY = { large: [2, 16], xlarge: [4, 32], '2xlarge': [8, 64], '4xlarge': [16, 128] } as const;
const BURSTING = { medium: [2, 4], large: [2, 8], xlarge: [4, 16], '2xlarge': [8, 32] } as const;
const M5 = { ...GENERAL, '12xlarge': [48, 192], '24xlarge': [96, 384] } as const;
const C5 = { ...COMPUTE, '9xlarge': [36, 72], '18xlarge': [72, 144] } as const;
const R5 = { ...MEMORY, '12xlarge': [48, 384], '24xlarge': [96, 768] } as const;
const M7I = { ...M5, '8xlarge': [32, 128], '16xlarge': [64, 256] } as const;
const C7I = {
  ...COMPUTE,
  '8xlarge': [32, 64],
  '12xlarge': [48, 96],
  '16xlarge': [64, 128],
  '24xlarge': [96, 192],
} as const;
const R7I = { ...R5, '8xlarge': [32, 256], '16xlarge': [64, 512] } as const;
const ONE_GPU = {
  xlarge: [4, 16, 1],
  '2xlarge': [8, 32, 1],
  '4xlarge': [16, 64, 1],
  '8xlarge': [32, 128, 1],
  '16xlarge': [64, 256, 1],
} as const;
const G5 = { ...ONE_GPU, '12xlarge': [48, 192, 4], '24xlarge': [96, 384, 4], '48xlarge': [192, 768, 8] } as const;

/**
 * AWS's published figures. Types with AWS's own accelerators (`inf`, `trn`) are missing, because no engine here could
 * give a container their chips.
 */
const FAMILIES: Readonly<Record<string, Readonly<Record<string, Size>>>> = {
  t2: BURSTING,
  t3: BURSTING,
  m4: { ...GENERAL, '10xlarge': [40, 160], '16xlarge': [64, 256] },
  m5: M5,
  m5d: M5,
  m6i: { ...M7I, '32xlarge': [128, 512] },
  m7i: { ...M7I, '48xlarge': [192, 768] },
  c4: { large: [2, 3.75], xlarge: [4, 7.5], '2xlarge': [8, 15], '4xlarge': [16, 30], '8xlarge': [36, 60] },
  c5: C5,
  c5d: C5,
  c6i: { ...C7I, '32xlarge': [128, 256] },
  c7i: { ...C7I, '48xlarge': [192, 384] },
  r5: R5,
  r5d: R5,
  r6i: { ...R7I, '32xlarge': [128, 1024] },
  r7i: { ...R7I, '48xlarge': [192, 1536] },
  g4dn: { ...ONE_GPU, '12xlarge': [48, 192, 4] },
  g5: G5,
  g6: G5,
  p2: { xlarge: [4, 61, 1], '8xlarge': [32, 488, 8], '16xlarge': [64, 732, 16] },
  p3: { '2xlarge': [8, 61, 1], '8xlarge': [32, 244, 4], '16xlarge': [64, 488, 8] },
  p4d: { '24xlarge': [96, 1152, 8] },
  p5: { '48xlarge': [192, 2048, 8] },
};

/** The types that Ebb knows without configuration. */
export const KNOWN_INSTANCE_TYPES: InstanceTypes = new Map(
  Object.entries(FAMILIES).flatMap(([family, sizes]) =>
    Object.entries(sizes).map(([size, [vCpu, memoryGiB, gpus = 0]]): [string, InstanceType] => [
      `ml.${family}.${size}`,
      { vCpu, memoryMiB: memoryGiB * 1024, gpus },
    ]),
  ),
);

/** Returns the type of this name. Raises `InvalidRequest` if it is not among `types`. */
export function findInstanceType(name: string, types: InstanceTypes): InstanceType {
  const type = types.get(name);
  if (type) return type;
  throw new EbbError(
    'InvalidRequest',
    `The instance type ${name} is not known here: its vCPUs and memory are not in Ebb's table, and the operator has not added it.`,
  );
}

const TYPE_NAME = /^ml(\.[a-z0-9-]+)+$/;
const RULES = {
  vCpu: { rule: 'a number from 0.01 to 4096', holds: (value: unknown) => isWithin(value, 0.01, 4096) },
  memoryMiB: {
    rule: 'a whole number from 16 to 67108864',
    holds: (value: unknown) => Number.isInteger(value) && isWithin(value, 16, 67_108_864),
  },
  gpus: {
    rule: 'a whole number from 0 to 64',
    holds: (value: unknown) => Number.isInteger(value) && isWithin(value, 0, 64),
  },
} as const;

/**
 * Reads types as an operator writes them, `{"ml.tiny": {"vCpu": 1, "memoryMiB": 256, "gpus": 0}}`; `gpus` is optional.
 * Raises `InvalidRequest` naming the member and the rule.
 */
export function readInstanceTypes(document: unknown): InstanceTypes {
  if (!isRecord(document)) throw broken('the document', 'an object whose members are instance types');
  return new Map(Object.entries(document).map(([name, value]) => [name, readInstanceType(name, value)]));
}

function readInstanceType(name: string, value: unknown): InstanceType {
  if (!TYPE_NAME.test(name)) throw broken(`the name '${name}'`, "'ml.' and words of lower-case letters and digits");
  if (!isRecord(value)) throw broken(name, 'an object with vCpu, memoryMiB and, optionally, gpus');
  const unknown = Object.keys(value).find((member) => !(member in RULES));
  if (unknown !== undefined) throw broken(`${name}.${unknown}`, `one of ${Object.keys(RULES).join(', ')}`);
  const type = { gpus: 0, ...value };
  for (const [member, { rule, holds }] of Object.entries(RULES)) {
    if (!holds((type as Record<string, unknown>)[member])) throw broken(`${name}.${member}`, rule);
  }
  return type as unknown as InstanceType;
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function broken(what: string, rule: string): EbbError {
  return new EbbError('InvalidRequest', `${what} must be ${rule}`);
}
