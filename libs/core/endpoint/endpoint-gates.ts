import { moment } from '../in-words.js';

/** The gates that an operator may pause. `intake` lets new invocations in; `dispatch` lets queued invocations run. */
export const GATES = ['intake', 'dispatch'] as const;
export type Gate = (typeof GATES)[number];
export type GateState = 'open' | 'paused';

/** When a gate was last paused or resumed, and who did it. */
export interface GateChange {
  readonly at: number;
  readonly by: string;
}

/** The gates of an endpoint. */
export interface Gated {
  /** Whether new invocations are accepted; absent means open. */
  readonly intake?: GateState;
  /** Whether queued invocations may run; absent means open. Running invocations go on. */
  readonly dispatch?: GateState;
  readonly gateChanges?: Readonly<Partial<Record<Gate, GateChange>>>;
}

/** Returns whether an operator has paused this gate of an endpoint. */
export function isPaused(endpoint: Pick<Gated, Gate>, gate: Gate): boolean {
  return endpoint[gate] === 'paused';
}

/**
 * Returns the endpoint with these gates in this state. A gate that is already in it keeps the record of its last
 * change.
 */
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

/** Describes a pause, `is paused by an operator since …`, with the name of the caller that paused it. */
export function describePause(change: GateChange | undefined): string {
  return change ? `is paused by ${change.by} since ${moment(change.at)}` : 'is paused by an operator';
}
