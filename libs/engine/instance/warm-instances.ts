import { type Endpoint, isServing } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { messageOf } from '../../core/errors.js';
import { chooseToResume, divideScaleIn, pausedBeyond, warmTierFromTags } from '../../core/instance/warm-tier.js';
import type { Member } from './fleet-member.js';
import type { Roster } from './fleet-roster.js';
import type { InstanceLives } from './instance-lives.js';
import { Rounds } from '../rounds.js';
import type { World } from '../world.js';

/** The outcome of waking a paused instance; `called off` if it was told to go, or died, meanwhile. */
export type Waking = 'in service' | 'failed' | 'called off';

/** Keeps idle instances paused for a while instead of ending them, and wakes them. */
export class WarmInstances {
  private readonly rounds: Rounds;
  private isStarted = false;
  /** The pauses under way: an instance is resumed only after its pause has ended. */
  private readonly pausing = new Map<Member, Promise<void>>();

  constructor(
    private readonly world: Pick<World, 'clock' | 'instances' | 'log'>,
    private readonly roster: Roster,
    private readonly lives: InstanceLives,
  ) {
    this.rounds = new Rounds(world.clock, () => this.round());
  }

  /** Pauses the idle instances that scale-in takes, as far as there is room; returns the others to be drained. */
  takeIn(endpoint: Endpoint, variant: DeployedVariant, chosen: readonly Member[]): Divided {
    const tier = warmTierFromTags(endpoint.tags, variant.name);
    const { pause, drain } = divideScaleIn(chosen, this.pausedOf(endpoint, variant).length, tier);
    return { paused: pause.map((member) => this.pause(member, tier.forMs)), drain };
  }

  /** Returns the paused instances to wake when `count` of the variant are needed. */
  toWake(endpoint: Endpoint, variant: DeployedVariant, count: number): Member[] {
    return chooseToResume(this.pausedOf(endpoint, variant), count);
  }

  /** Resumes an instance and pings it once. It counts as starting from now on. If it fails, the caller must end it. */
  async wake(member: Member): Promise<Waking> {
    const { clock, log } = this.world;
    const wokenAt = clock.now();
    member.wake(wokenAt);
    const reason = await this.resume(member).catch(messageOf);
    // It may have been told to go, or have died.
    if (member.state !== 'Starting') return 'called off';
    if (reason !== undefined) {
      member.fallSick();
      log.warn('A paused instance did not come back; a new one is launched in its place', { ...member.ids(), reason });
      return 'failed';
    }
    member.serve(clock.now());
    log.info('A paused instance is in service again', { ...member.ids(), wakeMs: clock.now() - wokenAt });
    this.lives.serve(member);
    return 'in service';
  }

  /**
   * Ends the paused instances that the endpoint's record does not allow: of deployments that it does not have or is
   * replacing, of an endpoint that does not serve, and beyond the limit in its tags.
   */
  keepOnly(endpoint: Endpoint): void {
    const isSteady = isServing(endpoint) && !endpoint.deployment;
    for (const member of this.roster.in('Paused', { endpointName: endpoint.name })) {
      if (!isSteady || !endpoint.variants.some((variant) => isOf(variant, member))) member.drain();
    }
    for (const variant of endpoint.variants) {
      const tier = warmTierFromTags(endpoint.tags, variant.name);
      for (const member of pausedBeyond(this.pausedOf(endpoint, variant), tier)) member.drain();
    }
  }

  async stop(): Promise<void> {
    await this.rounds.stop();
  }

  /** Pauses an instance. It leaves service at once, so that no slot of it is taken while it is being stopped. */
  private async pause(member: Member, forMs: number): Promise<void> {
    const { clock, instances, log } = this.world;
    const until = clock.now() + forMs;
    member.pause(until);
    this.lookAgain();
    const stopped = instances.pause(member.id, member.leaving);
    const settled = stopped.catch(() => undefined).finally(() => this.pausing.delete(member));
    this.pausing.set(member, settled);
    try {
      await stopped;
      log.info('An idle instance is paused', { ...member.ids(), until: new Date(until).toISOString() });
    } catch (error) {
      if (member.leaving.aborted) return;
      log.warn('An idle instance could not be paused and is ended', { ...member.ids(), reason: messageOf(error) });
      member.drain();
    }
  }

  /** Returns the reason why it did not come back; undefined if it did. */
  private async resume(member: Member): Promise<string | undefined> {
    const { instances } = this.world;
    const { leaving: signal } = member;
    await this.pausing.get(member);
    await instances.resume(member.id, signal);
    const answer = await instances.ping(member.id, signal);
    return answer === 'healthy' ? undefined : `its ping was ${answer}`;
  }

  private pausedOf({ name }: Endpoint, variant: DeployedVariant): Member[] {
    const { deploymentId } = variant;
    return this.roster.in('Paused', { endpointName: name, variantName: variant.name, deploymentId });
  }

  private lookAgain(): void {
    if (this.isStarted) this.rounds.call();
    else this.rounds.start();
    this.isStarted = true;
  }

  /** Ends the instances whose pause is over; returns when the next pause ends. */
  private async round(): Promise<number> {
    const now = this.world.clock.now();
    let next = Infinity;
    for (const member of this.roster.all()) {
      const { pausedUntil, state } = member;
      if (state !== 'Paused' || pausedUntil === undefined) continue;
      if (pausedUntil <= now) member.drain();
      else next = Math.min(next, pausedUntil);
    }
    return next;
  }
}

interface Divided {
  /** Each resolves when its instance is paused, or has been told to go because the pause failed. */
  readonly paused: readonly Promise<void>[];
  readonly drain: readonly Member[];
}

function isOf({ name, deploymentId }: DeployedVariant, member: Member): boolean {
  return name === member.variantName && deploymentId === member.deploymentId;
}
