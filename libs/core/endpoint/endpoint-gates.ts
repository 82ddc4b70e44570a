import { moment } from '../in-words.js';

/** What an operator may shut: `intake`, by which new invocations come in, and `dispatch`, by which what waits gets to run. */
export const GATES = ['intake', 'dispatch'] as const;
export type Gate = (typeof GATES)[number];
export type GateState = 'open' | 'paused';

/** When a gate was last paused or resumed, and who did it. */
export interface GateChange {
  readonly at: number;
  readonly by: string;
}

/** What has gates: an endpoint. */
export interface Gated {
  /** Whether it takes new invocations; absent means open. */
  readonly intake?: GateState;
  /** Whether what waits gets to run; absent means open. What runs goes on. */
  readonly dispatch?: GateState;
  readonly gateChanges?: Readonly<Partial<Record<Gate, GateChange>>>;
}

/** Whether an operator has shut this gate of an endpoint. */
export function isPaused(endpoint: Pick<Gated, Gate>, gate: Gate): boolean {
  return endpoint[gate] === 'paused';
}

/** The endpoint with these gates in this state. Gates that are so already keep the time at which they became it. */
export function withGates<T extends Gated>(
  endpoint: T,
  gates: readonly Gate[],
  state: GateState,
  change: GateChange,
): T {
  const changing = gates.filter((gate) => (endpoint[gate] ?? 'open') !== state);
  if (changing.length === 0) return endpoint;
  const states = Object.fromEntries(changing.map((gate) => [gate, state]));
  const changes = Object.fromEntries(changing.map((gate) => [gate, change]));
  return { ...endpoint, ...states, gateChanges: { ...endpoint.gateChanges, ...changes } };
}

/** `is paused by an operator since …`, naming whoever it was. */
export function describePause(change: GateChange | undefined): string {
  return change ? `is paused by ${change.by} since ${moment(change.at)}` : 'is paused by an operator';
}
