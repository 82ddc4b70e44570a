import { describe, expect, it } from 'vitest';
import { findInstanceType, KNOWN_INSTANCE_TYPES, readInstanceTypes } from './instance-type.js';

describe('an instance type', () => {
  it.each([
    ['ml.t2.medium', { vCpu: 2, memoryMiB: 4096, gpus: 0 }],
    ['ml.m5.xlarge', { vCpu: 4, memoryMiB: 16_384, gpus: 0 }],
    ['ml.c4.large', { vCpu: 2, memoryMiB: 3840, gpus: 0 }],
    ['ml.c5.9xlarge', { vCpu: 36, memoryMiB: 73_728, gpus: 0 }],
    ['ml.r6i.32xlarge', { vCpu: 128, memoryMiB: 1_048_576, gpus: 0 }],
    ['ml.g4dn.12xlarge', { vCpu: 48, memoryMiB: 196_608, gpus: 4 }],
    ['ml.p3.2xlarge', { vCpu: 8, memoryMiB: 62_464, gpus: 1 }],
  ])('%s has the figures that AWS publishes', (name, type) => {
    expect(findInstanceType(name, KNOWN_INSTANCE_TYPES)).toEqual(type);
  });

  it('that is not in the table is refused', () => {
    expect(() => findInstanceType('ml.x9.huge', KNOWN_INSTANCE_TYPES)).toThrow(/ml\.x9\.huge is not known/);
  });

  it("of the operator's own is read, without GPUs by default", () => {
    const types = readInstanceTypes({
      'ml.tiny': { vCpu: 0.5, memoryMiB: 256 },
      'ml.m5.large': { vCpu: 1, memoryMiB: 64, gpus: 2 },
    });
    expect([...types]).toEqual([
      ['ml.tiny', { vCpu: 0.5, memoryMiB: 256, gpus: 0 }],
      ['ml.m5.large', { vCpu: 1, memoryMiB: 64, gpus: 2 }],
    ]);
  });

  it.each([
    [[], 'the document must be an object'],
    [{ tiny: { vCpu: 1, memoryMiB: 256 } }, "the name 'tiny' must be"],
    [{ 'ml.tiny': 1 }, 'ml.tiny must be an object'],
    [{ 'ml.tiny': { memoryMiB: 256 } }, 'ml.tiny.vCpu must be a number'],
    [{ 'ml.tiny': { vCpu: 1, memoryMiB: 1.5 } }, 'ml.tiny.memoryMiB must be a whole number'],
    [{ 'ml.tiny': { vCpu: 1, memoryMiB: 256, gpus: -1 } }, 'ml.tiny.gpus must be a whole number'],
    [{ 'ml.tiny': { vCpu: 1, memoryMiB: 256, memory: 1 } }, 'ml.tiny.memory must be one of'],
  ])("of the operator's own is refused if it breaks a rule: %j", (document, message) => {
    expect(() => readInstanceTypes(document)).toThrow(message);
  });
});
