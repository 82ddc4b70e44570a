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

/** The time between two looks at a deployment's rollback alarms. */
const ALARM_INTERVAL_MS = 1_000;

/** An endpoint that is being updated. */
export type UpdatedEndpoint = Endpoint & { readonly deployment: Deployment };

/**
 * Carries out deployments. Every decision is recorded before it is carried out, and every action follows from the
 * record and the instances that exist. After a crash, a deployment goes on where it was.
 */
export class EndpointRollOut {
  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'invocations' | 'log' | 'place' | 'signals'>,
    private readonly capacity: Pick<Capacity, 'counts' | 'hold' | 'launchFailures' | 'meetTargets' | 'route'>,
    /** Called for each variant before an endpoint loses it; after a crash it may be called again. */
    private readonly histories: { forget(endpointName: string, variantName: string): Promise<void> },
    private readonly leadership: { readonly isLeading: boolean },
  ) {}

  /**
   * Takes the next step, if there is one. Returns when to look again even if nothing happens. Does nothing if this
   * process lost the lead while it observed.
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

  /**
   * Records the counts and has them carried out. Returns when to look again for the sake of held-back launches;
   * `Infinity` if there are none.
   */
  private async meet(endpoint: UpdatedEndpoint, targets: RollOutTargets): Promise<number> {
    const ordered = await this.order(endpoint, targets);
    if (!ordered) return this.world.clock.now();
    // The order stands, and the new leader carries it out.
    if (!this.leadership.isLeading) return Infinity;
    return Math.min(...this.capacity.meetTargets(ordered).map(({ launchableAt }) => launchableAt));
  }

  /** Records the counts of both sides. Returns undefined, with nothing written, if a step was recorded in between. */
  private async order(endpoint: UpdatedEndpoint, targets: RollOutTargets): Promise<Endpoint | undefined> {
    if (isSameOrder(endpoint.deployment.targets, targets)) return endpoint;
    let isOvertaken = false;
    const ordered = await this.world.catalog.endpoints.update(endpointKey(endpoint.name), (current) => {
      isOvertaken = !isSameStep(current.deployment, endpoint.deployment);
      return isOvertaken ? current : { ...current, deployment: { ...current.deployment!, targets } };
    });
    return isOvertaken ? undefined : ordered;
  }

  /**
   * Forgets the variants that do not stay. This comes before the record changes, so that it is done again after a
   * crash.
   */
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

  /** Records a step, unless another step was recorded in between; then the next look goes on from that one. */
  private async record(
    { name, deployment }: UpdatedEndpoint,
    change: (current: UpdatedEndpoint) => Endpoint,
  ): Promise<void> {
    // While the record changes, no invocation is handed out, because the right side for it is not known.
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

/** Returns the endpoint with its new side only. The old side's instances are drained. */
function finished({ deployment, ...endpoint }: UpdatedEndpoint): Endpoint {
  const { asyncInference, config, configName, kept, variants } = deployment;
  return { ...endpoint, status: 'InService', configName, variants, asyncInference, kept, lastDeploymentConfig: config };
}

function rolledBack({ deployment: { failureReason }, ...endpoint }: UpdatedEndpoint): Endpoint {
  return { ...endpoint, status: 'InService', failureReason };
}

/** Returns the endpoint with both sides, which go on serving with the instances that they have. */
function stuck(endpoint: UpdatedEndpoint, failureReason: string): Endpoint {
  const deployment = { ...endpoint.deployment, failureReason };
  return { ...endpoint, status: 'UpdateRollbackFailed', failureReason, deployment };
}
