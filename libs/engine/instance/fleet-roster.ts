import type { InstanceState } from '../../core/instance/instance-state.js';
import type { Member } from './fleet-member.js';
import type { Counts } from './instance-view.js';

/** The instances to look at: of an endpoint, of one of its variants, or of one of its deployments. */
export interface Whose {
  readonly endpointName: string;
  readonly variantName?: string;
  readonly deploymentId?: string;
}

/** The instances that this worker owns, from the decision to launch them until nothing is left of them. */
export class Roster {
  private readonly members = new Map<string, Member>();

  add(member: Member): void {
    this.members.set(member.id, member);
  }

  remove({ id }: Member): void {
    this.members.delete(id);
  }

  get(instanceId: string): Member | undefined {
    return this.members.get(instanceId);
  }

  all(): Member[] {
    return [...this.members.values()];
  }

  *of({ endpointName, variantName, deploymentId }: Whose): Generator<Member> {
    for (const member of this.members.values()) {
      if (member.endpointName !== endpointName) continue;
      if (variantName !== undefined && member.variantName !== variantName) continue;
      if (deploymentId === undefined || member.deploymentId === deploymentId) yield member;
    }
  }

  in(state: InstanceState, whose: Whose): Member[] {
    return [...this.of(whose)].filter((member) => member.state === state);
  }

  /** Returns the number of instances that are starting, in service and draining. */
  counts(whose: Whose): Counts {
    const counts: Record<InstanceState, number> = { Starting: 0, InService: 0, Paused: 0, Draining: 0, Gone: 0 };
    for (const { state } of this.of(whose)) counts[state] += 1;
    return { starting: counts.Starting, inService: counts.InService, draining: counts.Draining };
  }

  endpoints(): Set<string> {
    return new Set(this.all().map(({ endpointName }) => endpointName));
  }
}
