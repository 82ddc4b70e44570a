import { INSTANCE_STEPS, type InstanceState } from '../../libs/core/instance/instance-state.js';
import type { Instance } from '../../libs/core/instance/instance.js';
import type { RunningEngine } from './running-engine.js';

const STEPS: readonly { readonly from: readonly InstanceState[]; readonly to: InstanceState }[] =
  Object.values(INSTANCE_STEPS);

/** Judges the states of instances in the view of each process, by the table of allowed steps. */
export class StateWatch {
  private readonly seen = new WeakMap<RunningEngine, Map<string, InstanceState>>();

  constructor(private readonly violation: (what: string) => void) {}

  saw(engine: RunningEngine, { id, state }: Instance): void {
    const known = this.seen.get(engine) ?? new Map<string, InstanceState>();
    this.seen.set(engine, known);
    const before = known.get(id) ?? 'Starting';
    known.set(id, state);
    if (!mayHaveCome(before, state)) this.violation(`the instance ${id} went from ${before} to ${state}`);
  }
}

/** Whether steps of the table lead from one state to the other. Several steps may have happened since the last look. */
function mayHaveCome(from: InstanceState, to: InstanceState): boolean {
  const reached = new Set([from]);
  for (const state of reached) {
    for (const step of STEPS) if (step.from.includes(state)) reached.add(step.to);
  }
  return reached.has(to);
}
