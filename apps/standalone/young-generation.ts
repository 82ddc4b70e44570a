import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heap's young generation from growing. What starting up leaves behind would otherwise make it grow to its
 * limit, from which it hardly ever comes back: some 25 MB for as long as the process lives.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** From now on it grows with what requests need, as ever. */
export function letYoungGenerationGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
