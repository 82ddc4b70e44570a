/**
 * The states of an instance between its launch and its end. Only an instance in service takes invocations. A paused
 * instance is kept warm without running, and does not count for scaling.
 */
export const INSTANCE_STATES = ['Starting', 'InService', 'Paused', 'Draining', 'Gone'] as const;
export type InstanceState = (typeof INSTANCE_STATES)[number];

/** The states from which a step leads, and the state to which it leads. */
interface StepRule {
  readonly from: readonly InstanceState[];
  readonly to: InstanceState;
}

/** Every step of an instance's life. A launch is its beginning, in the state Starting. No other step is possible. */
export const INSTANCE_STEPS = {
  /** It has answered its first ping well, or its first ping after a pause, and takes invocations. */
  serve: { from: ['Starting'], to: 'InService' },
  /** Scale-in keeps it warm: it stands still with its memory. */
  pause: { from: ['InService'], to: 'Paused' },
  /** It is needed again: it runs, and must answer a ping before it serves. */
  wake: { from: ['Paused'], to: 'Starting' },
  /**
   * It was told to go: it takes no more invocations and finishes those that it runs. Only an instance in service has
   * any to finish.
   */
  drain: { from: ['Starting', 'InService', 'Paused'], to: 'Draining' },
  /**
   * It ended on its own, or the machine ended it, so the invocations that it ran are lost. A starting instance takes
   * this step only while it wakes.
   */
  end: { from: ['Starting', 'InService', 'Paused', 'Draining'], to: 'Gone' },
  /** It is cleared away: its start failed, it has finished its invocations, or it had ended on its own. */
  'clear away': { from: ['Starting', 'Draining', 'Gone'], to: 'Gone' },
} as const satisfies Readonly<Record<string, StepRule>>;
export type InstanceStep = keyof typeof INSTANCE_STEPS;

/** Returns the state that a step leads to. Raises `ImpossibleStep` if it does not lead on from `state`. */
export function stateAfter(state: InstanceState, step: InstanceStep): InstanceState {
  const { from, to }: StepRule = INSTANCE_STEPS[step];
  if (!from.includes(state)) throw new ImpossibleStep(state, step);
  return to;
}

/** A step that an instance in this state cannot take, which is a bug in Ebb. */
export class ImpossibleStep extends Error {
  override readonly name = 'ImpossibleStep';

  constructor(
    readonly state: InstanceState,
    readonly step: InstanceStep,
  ) {
    super(`An instance in the state ${state} cannot take the step '${step}'.`);
  }
}
