/**
 * Where one instance is between its launch and its end. Only one in service takes invocations. One that is paused is kept
 * warm without running, and counts as none for scaling.
 */
export const INSTANCE_STATES = ['Starting', 'InService', 'Paused', 'Draining', 'Gone'] as const;
export type InstanceState = (typeof INSTANCE_STATES)[number];

/** From which states a step leads on, and to which state. */
interface StepRule {
  readonly from: readonly InstanceState[];
  readonly to: InstanceState;
}

/** Every step of an instance's life; a launch is its beginning, as Starting. No other step is possible. */
export const INSTANCE_STEPS = {
  /** It has answered its first ping well, or its first after a pause, and takes invocations. */
  serve: { from: ['Starting'], to: 'InService' },
  /** Scale-in keeps it warm: it stops where it stands. */
  pause: { from: ['InService'], to: 'Paused' },
  /** It is needed again: it goes on, and has to answer a ping before it serves. */
  wake: { from: ['Paused'], to: 'Starting' },
  /** It was told to go: it takes no more and finishes what it runs. What is not in service has nothing to finish. */
  drain: { from: ['Starting', 'InService', 'Paused'], to: 'Draining' },
  /** It has ended by itself, or the machine has ended it: what it ran is lost. Of those that start, only one that wakes. */
  end: { from: ['Starting', 'InService', 'Paused', 'Draining'], to: 'Gone' },
  /** Nothing is left of it: its start has failed, it has finished what it ran, or it had ended by itself. */
  'clear away': { from: ['Starting', 'Draining', 'Gone'], to: 'Gone' },
} as const satisfies Readonly<Record<string, StepRule>>;
export type InstanceStep = keyof typeof INSTANCE_STEPS;

/** The state that a step leads to. Raises `ImpossibleStep` where it does not lead on from the state. */
export function stateAfter(state: InstanceState, step: InstanceStep): InstanceState {
  const { from, to }: StepRule = INSTANCE_STEPS[step];
  if (!from.includes(state)) throw new ImpossibleStep(state, step);
  return to;
}

/** A step that an instance in this state cannot take: a mistake of Ebb's own. */
export class ImpossibleStep extends Error {
  override readonly name = 'ImpossibleStep';

  constructor(
    readonly state: InstanceState,
    readonly step: InstanceStep,
  ) {
    super(`An instance in the state ${state} cannot take the step '${step}'.`);
  }
}
