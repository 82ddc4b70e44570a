import {
  type RollOutObservation,
  type RollOutVariant,
  nextStep,
  targetsOf,
  wayBack,
} from '../../core/deployment/roll-out.js';
import type { Deployment, RollOutTargets } from '../../core/endpoint/deployment.js';
import { isPaused } from '../../core/endpoint/endpoint-gates.js';
import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { backlogSize, withoutQueued } from '../../core/invocation/backlog.js';
import type { Capacity } from '../instance/capacity.js';
import { forgetScalableTargets } from '../scaling/forget-scalable-target.js';
import type { World } from '../world.js';

/** How often a deployment's rollback alarms are looked at. */
const ALARM_INTERVAL_MS = 1_000;

/** An endpoint that is being updated. */
export type UpdatedEndpoint = Endpoint & { readonly deployment: Deployment };

/**
 * Carries out deployments. What has been decided is on record before anything is done about it, and all that is done
 * follows from the record and from what there is: after a crash it goes on where it was.
 */
export class EndpointRollOut {
  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'invocations' | 'log' | 'place' | 'signals'>,
    private readonly capacity: Pick<Capacity, 'counts' | 'hold' | 'launchFailures' | 'meetTargets' | 'route'>,
    /** Told of each variant that an endpoint is about to have no longer; after a crash it may be told again. */
    private readonly histories: { forget(endpointName: string, variantName: string): Promise<void> },
    private readonly leadership: { readonly isLeading: boolean },
  ) {}

  /**
   * Takes one step, if there is one to take; returns when time alone calls for another look. Nothing is done where the
   * lead was lost while the world was looked at.
   */
  async advance(endpoint: UpdatedEndpoint): Promise<number | undefined> {
    const { deployment } = endpoint;
    const backlog = await this.world.invocations.backlog(endpoint.name);
    const hasBacklog = backlogSize(isPaused(endpoint, 'dispatch') ? withoutQueued(backlog) : backlog) > 0;
    const observation = await this.observe(endpoint);
    if (!this.leadership.isLeading) return undefined;
    const step = nextStep(deployment, observation);
    switch (step.do) {
      case 'wait': {
        const launchAt = await this.meet(endpoint, targetsOf(deployment, observation, hasBacklog));
        const alarmsAt = deployment.config.rollbackAlarms.length > 0 ? observation.now + ALARM_INTERVAL_MS : Infinity;
        const dueAt = Math.min(step.until ?? Infinity, launchAt, alarmsAt);
        return dueAt === Infinity ? undefined : dueAt;
      }
      case 'move':
        await this.record(endpoint, (current) => this.moved(current, step.to));
        return undefined;
      case 'finish':
        await this.forgetAllBut(deployment.variants, endpoint);
        await this.record(endpoint, finished);
        return undefined;
      case 'roll back':
        this.world.log.warn('An update is rolled back', { endpoint: endpoint.name, reason: step.reason });
        await this.record(endpoint, (current) => this.rollingBack(current, step.reason));
        return undefined;
      case 'rolled back':
        await this.forgetAllBut(endpoint.variants, endpoint);
        await this.record(endpoint, rolledBack);
        return undefined;
      case 'give up':
        await this.record(endpoint, (current) => stuck(current, step.reason));
        return undefined;
    }
  }

  /** Orders the counts and has them met; returns when to look again for their sake, `Infinity` if time alone is no reason. */
  private async meet(endpoint: UpdatedEndpoint, targets: RollOutTargets): Promise<number> {
    const ordered = await this.order(endpoint, targets);
    if (!ordered) return this.world.clock.now();
    // The order stands: whoever leads now looks at it.
    if (!this.leadership.isLeading) return Infinity;
    return Math.min(...this.capacity.meetTargets(ordered).map(({ launchableAt }) => launchableAt));
  }

  /** Writes down the counts of both sides; undefined, with nothing written, where a step was recorded in between. */
  private async order(endpoint: UpdatedEndpoint, targets: RollOutTargets): Promise<Endpoint | undefined> {
    if (isSameOrder(endpoint.deployment.targets, targets)) return endpoint;
    let isOvertaken = false;
    const ordered = await this.world.catalog.endpoints.update(endpointKey(endpoint.name), (current) => {
      isOvertaken = !isSameStep(current.deployment, endpoint.deployment);
      return isOvertaken ? current : { ...current, deployment: { ...current.deployment!, targets } };
    });
    return isOvertaken ? undefined : ordered;
  }

  /** Before the record says so: after a crash it is done again. */
  private async forgetAllBut(staying: readonly DeployedVariant[], endpoint: UpdatedEndpoint): Promise<void> {
    const kept = staying.map(({ name }) => name);
    await forgetScalableTargets(this.world, endpoint.name, kept);
    const names = new Set([...endpoint.variants, ...endpoint.deployment.variants].map(({ name }) => name));
    for (const name of names) if (!kept.includes(name)) await this.histories.forget(endpoint.name, name);
  }

  private async observe({ name, variants, deployment }: UpdatedEndpoint): Promise<RollOutObservation> {
    const alarms = await this.alarmsOf(deployment);
    const see = (variant: DeployedVariant): RollOutVariant => ({
      variant,
      inService: this.capacity.counts(name, variant.name, variant.deploymentId).inService,
      failures: this.capacity.launchFailures(name, variant.name, variant.deploymentId),
    });
    return {
      now: this.world.clock.now(),
      serving: variants.map(see),
      rollingOut: deployment.variants.map(see),
      alarms,
    };
  }

  private async alarmsOf({ config }: Deployment): Promise<string[]> {
    const alarms = await Promise.all(config.rollbackAlarms.map((name) => this.world.catalog.alarms.get(name)));
    return alarms.flatMap((alarm) => (alarm?.state === 'ALARM' ? [alarm.name] : []));
  }

  /** Records a step unless another was recorded in between; whoever looks next goes on from there. */
  private async record(
    { name, deployment }: UpdatedEndpoint,
    change: (current: UpdatedEndpoint) => Endpoint,
  ): Promise<void> {
    // While the record changes nobody could tell whose turn it is.
    this.capacity.hold(name);
    try {
      await this.world.catalog.endpoints.update(endpointKey(name), (current) => {
        const now = current.deployment;
        if (!now || !isSameStep(now, deployment)) return current;
        return { ...change({ ...current, deployment: now }), modifiedAt: this.world.clock.now() };
      });
    } finally {
      const current = await this.world.catalog.endpoints.get(endpointKey(name));
      if (current) this.capacity.route(current);
      this.world.signals.notify({ kind: 'endpoint', endpointName: name });
    }
  }

  private moved(endpoint: UpdatedEndpoint, to: Pick<Deployment, 'stage' | 'step' | 'traffic'>): Endpoint {
    return { ...endpoint, deployment: { ...endpoint.deployment, ...to, stageSince: this.world.clock.now() } };
  }

  private rollingBack(endpoint: UpdatedEndpoint, failureReason: string): Endpoint {
    const back = this.moved(endpoint, wayBack(endpoint.deployment));
    return { ...back, status: 'RollingBack', deployment: { ...back.deployment!, failureReason } };
  }
}

function isSameStep(current: Deployment | undefined, { id, stage, step }: Deployment): boolean {
  return current?.id === id && current.stage === stage && current.step === step;
}

function isSameOrder(current: RollOutTargets | undefined, { rollingOut, serving }: RollOutTargets): boolean {
  if (!current) return false;
  return isSameSide(current.serving, serving) && isSameSide(current.rollingOut, rollingOut);
}

function isSameSide(current: RollOutTargets['serving'], counts: RollOutTargets['serving']): boolean {
  return Object.entries(counts).every(([name, count]) => current[name] === count);
}

/** The new side is the endpoint from now on; what is left of the old one is let go of. */
function finished({ deployment, ...endpoint }: UpdatedEndpoint): Endpoint {
  const { asyncInference, config, configName, kept, variants } = deployment;
  return { ...endpoint, status: 'InService', configName, variants, asyncInference, kept, lastDeploymentConfig: config };
}

function rolledBack({ deployment: { failureReason }, ...endpoint }: UpdatedEndpoint): Endpoint {
  return { ...endpoint, status: 'InService', failureReason };
}

/** What there is of either side goes on serving. */
function stuck(endpoint: UpdatedEndpoint, failureReason: string): Endpoint {
  const deployment = { ...endpoint.deployment, failureReason };
  return { ...endpoint, status: 'UpdateRollbackFailed', failureReason, deployment };
}
