import { backlogSize, withoutQueued } from '../../core/invocation/backlog.js';
import type { Deployment, RollOutTargets } from '../../core/endpoint/deployment.js';
import { isPaused } from '../../core/endpoint/endpoint-gates.js';
import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import {
  type RollOutObservation,
  type RollOutVariant,
  nextStep,
  targetsOf,
  wayBack,
} from '../../core/deployment/roll-out.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import type { Fleet } from '../instance/fleet.js';
import { forgetScalableTargets } from '../scaling/forget-scalable-target.js';
import { launchMissing } from './launch-missing.js';
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
    private readonly world: Pick<World, 'catalog' | 'clock' | 'ledger' | 'log' | 'place' | 'signals'>,
    private readonly fleet: Fleet,
    /** Told of each variant that an endpoint is about to have no longer; after a crash it may be told again. */
    private readonly onRemoved: (endpointName: string, variantName: string) => Promise<void>,
  ) {}

  /**
   * Takes one step, if there is one to take; returns when time alone calls for another look. Nothing is done where
   * `leadership` was lost while the world was looked at.
   */
  async advance(endpoint: UpdatedEndpoint, leadership: { readonly isLeading: boolean }): Promise<number | undefined> {
    const { deployment } = endpoint;
    const backlog = await this.world.ledger.backlog(endpoint.name);
    const hasBacklog = backlogSize(isPaused(endpoint, 'dispatch') ? withoutQueued(backlog) : backlog) > 0;
    const observation = await this.observe(endpoint);
    if (!leadership.isLeading) return undefined;
    const step = nextStep(deployment, observation);
    switch (step.do) {
      case 'wait': {
        const launchAt = this.meetTargets(endpoint, targetsOf(deployment, observation, hasBacklog));
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

  /** Gets both sides on their way to the counts that they are to have; returns when launches that are held back may go on. */
  private meetTargets(endpoint: UpdatedEndpoint, targets: RollOutTargets): number {
    const meet = (variants: readonly DeployedVariant[], counts: Readonly<Record<string, number>>): number[] =>
      variants.map((variant) => this.meet(endpoint, variant, counts[variant.name]!));
    return Math.min(
      ...meet(endpoint.variants, targets.serving),
      ...meet(endpoint.deployment.variants, targets.rollingOut),
    );
  }

  private meet(endpoint: Endpoint, variant: DeployedVariant, target: number): number {
    const { name, deploymentId } = variant;
    const { starting, inService } = this.fleet.counts(endpoint.name, name, deploymentId);
    const spare = starting + inService - target;
    if (spare > 0) void this.fleet.retire(endpoint.name, variant, spare);
    return launchMissing(this.fleet, endpoint, variant, target, this.world.clock.now());
  }

  /** Before the record says so: after a crash it is done again. */
  private async forgetAllBut(staying: readonly DeployedVariant[], endpoint: UpdatedEndpoint): Promise<void> {
    const kept = staying.map(({ name }) => name);
    await forgetScalableTargets(this.world, endpoint.name, kept);
    const names = new Set([...endpoint.variants, ...endpoint.deployment.variants].map(({ name }) => name));
    for (const name of names) if (!kept.includes(name)) await this.onRemoved(endpoint.name, name);
  }

  private async observe({ name, variants, deployment }: UpdatedEndpoint): Promise<RollOutObservation> {
    const alarms = await this.alarmsOf(deployment);
    const see = (variant: DeployedVariant): RollOutVariant => ({
      variant,
      inService: this.fleet.counts(name, variant.name, variant.deploymentId).inService,
      failures: this.fleet.launchFailures(name, variant.name, variant.deploymentId),
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
    const { id, stage, step } = deployment;
    // While the record changes nobody could tell whose turn it is.
    this.fleet.hold(name);
    try {
      await this.world.catalog.endpoints.update(endpointKey(name), (current) => {
        const now = current.deployment;
        if (!now || now.id !== id || now.stage !== stage || now.step !== step) return current;
        return { ...change({ ...current, deployment: now }), modifiedAt: this.world.clock.now() };
      });
    } finally {
      const current = await this.world.catalog.endpoints.get(endpointKey(name));
      if (current) this.fleet.route(current);
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
