import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heap's young generation from growing. Objects of the start would otherwise make it grow to its limit, from
 * which it rarely shrinks: some 25 MB for the life of the process.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Lets the young generation grow again with the need of requests, as by default. */
export function letYoungGenerationGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
