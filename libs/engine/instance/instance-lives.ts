import { isEbbError, isOutage, messageOf } from '../../core/errors.js';
import type { LaunchFailure } from '../../core/instance/crash-loop.js';
import { describeExit, describeSick, withOutput } from '../../core/instance/instance-end.js';
import { type PingAnswer, STOP_GRACE_MS } from '../../core/instance/instance.js';
import type { StartPhasesMs } from '../../core/instance/start-phase.js';
import type { InstanceExit, LaunchedInstance } from '../../core/ports/instances.js';
import { NeverHealthy, awaitHealthy } from './await-healthy.js';
import type { Member } from './fleet-member.js';
import type { Roster } from './fleet-roster.js';
import type { LaunchRecord } from './launch-record.js';
import { LaunchTurns } from './launch-turns.js';
import { HealthWatch } from './watch-health.js';
import type { World } from '../world.js';

/** Observes how each start ended. */
export interface FleetObserver {
  /** An instance came into service. */
  started(endpointName: string, variantName: string, phasesMs: StartPhasesMs): void;
  /** An instance ended before it had been of any use. */
  startFailed(endpointName: string, variantName: string, reason: string): void;
}

/** The number of last lines of a container's output that are quoted when it failed. */
const LAST_LINES = 20;

/** Takes each instance through its life, from its launch until nothing is left of it, and records how it ended. */
export class InstanceLives {
  private readonly turns = new LaunchTurns();
  private readonly lives = new Set<Promise<void>>();
  private readonly health: HealthWatch;

  constructor(
    private readonly world: Pick<World, 'clock' | 'instances' | 'log' | 'logs' | 'signals'>,
    private readonly roster: Roster,
    private readonly launches: LaunchRecord,
    private readonly observer?: FleetObserver,
  ) {
    this.health = new HealthWatch(world, {
      well: (member) => this.stayed(member),
      sick: (member, answer) => this.replace(member, answer),
    });
  }

  launch(member: Member): void {
    this.begin(member, () => this.launchInTurn(member), true);
  }

  /** Begins the life here of an instance that an earlier run launched. */
  adopt(member: Member, adopted: LaunchedInstance): void {
    member.enter('ping', this.world.clock.now());
    this.begin(member, async () => adopted, false);
  }

  /** Opens an instance to work, and has it pinged while it is in service. */
  serve(member: Member): void {
    this.health.watch(member);
    this.changed(member);
  }

  changed({ endpointName }: Member): void {
    this.world.signals.notify({ kind: 'endpoint', endpointName });
  }

  /** Ends every instance, with the usual grace for each. Resolves when all are gone. */
  async endAll(): Promise<void> {
    for (const member of this.roster.all()) member.goAtOnce();
    await Promise.all(this.lives);
    await this.health.stop();
  }

  private begin(member: Member, launch: () => Promise<LaunchedInstance>, isNew: boolean): void {
    this.roster.add(member);
    const life = this.live(member, launch, isNew).finally(() => this.lives.delete(life));
    this.lives.add(life);
  }

  private async live(member: Member, launch: () => Promise<LaunchedInstance>, isNew: boolean): Promise<void> {
    try {
      const { exited } = await launch();
      void exited.then((exit) => member.end(exit));
      await Promise.race([exited, awaitHealthy(this.world, member)]);
      // It may have ended, or been told to go, while its first good ping was under way.
      if (member.exit) throw new NeverHealthy(member, member.exit);
      member.leaving.throwIfAborted();
      this.cameIntoService(member, isNew);
      const exit = await Promise.race([exited, member.drained]);
      if (exit) await this.died(member, exit);
    } catch (error) {
      if (!member.leaving.aborted) await this.failedToStart(member, error, isNew);
    } finally {
      await this.clearUp(member);
    }
  }

  private async launchInTurn(member: Member): Promise<LaunchedInstance> {
    const { clock, instances } = this.world;
    const { leaving: signal } = member;
    await this.turns.take(member.variantKey, signal);
    try {
      return await instances.launch(member.spec(), (phase) => member.enter(phase, clock.now()), signal);
    } finally {
      this.turns.end(member.variantKey);
    }
  }

  /**
   * Puts an instance into service. The time that an adopted instance took to come back says nothing about starts, so
   * the observer does not get it.
   */
  private cameIntoService(member: Member, isNew: boolean): void {
    const { clock, log } = this.world;
    const now = clock.now();
    const phasesMs = member.serve(now);
    if (isNew) {
      log.info('An instance came into service', { ...member.ids(), startMs: now - member.launchedAt, phasesMs });
      this.observer?.started(member.endpointName, member.variantName, phasesMs);
    } else {
      log.info('An instance of an earlier run is in service again', member.ids());
    }
    this.serve(member);
  }

  /** Notes that an instance is well. An instance without work proves itself by neither dying nor falling sick. */
  private stayed(member: Member): void {
    member.health.stayedUntil(this.world.clock.now());
    if (member.health.hasProvedItself && this.launches.proved(member)) this.changed(member);
  }

  /** Drains a sick instance. Its invocations may finish, each within its own timeout; it counts as gone from now on. */
  private replace(member: Member, answer: PingAnswer): void {
    const servedMs = this.world.clock.now() - member.inServiceAt!;
    const reason = describeSick(member.variantName, answer, servedMs);
    const fields = { ...member.ids(), answer, running: member.busy, servedMs };
    member.fallSick();
    this.world.log.warn('An instance is sick; it takes no more work, finishes its invocations and is replaced', fields);
    if (!member.health.hasProvedItself) void this.failed(member, reason);
    member.drain();
    this.changed(member);
  }

  /**
   * Records that an instance died. If it was of no use before, it counts as a failed launch, because it would die again
   * at once.
   */
  private async died(member: Member, exit: InstanceExit): Promise<void> {
    const reason = describeExit(exit, member.instanceType);
    const what = member.ending === 'out-of-memory' ? 'ran out of memory' : 'died';
    const fields = { ...member.ids(), reason, exitCode: exit.exitCode, running: member.busy };
    this.world.log.warn(`An instance ${what}; its invocations go back to the backlog`, fields);
    if (member.health.hasProvedItself) this.launches.proved(member);
    // A sick instance has been counted already.
    const isFailure = !member.health.hasProvedItself && member.ending !== 'sick';
    const recorded = isFailure ? this.failed(member, reason) : undefined;
    this.changed(member);
    await recorded;
  }

  /**
   * Records a failed start. The instance counts as starting until its last output is known, so nothing is launched in
   * its place before.
   */
  private async failedToStart(member: Member, error: unknown, isNew: boolean): Promise<void> {
    const isStarted = error instanceof NeverHealthy;
    if (!isStarted || !error.exit) member.giveUpStart();
    if (!isNew && isStarted && !error.exit) {
      // It was of use to an earlier run, and may have been busy with that run's work all the time.
      this.world.log.warn('An instance that was taken over did not answer in time and is replaced', member.ids());
      return;
    }
    const permanent = isEbbError(error, 'ImageNotFound', 'InvalidRequest', 'ModelDataUnusable');
    const reason = messageOf(error);
    const lines = isStarted ? await this.lastLines(member) : [];
    this.record(member, withOutput(reason, lines), { permanent, isOutage: isOutage(error) });
  }

  private async failed(member: Member, reason: string): Promise<void> {
    const at = this.world.clock.now();
    this.record(member, reason, { permanent: false });
    this.launches.addOutput(member, at, await this.lastLines(member));
  }

  private record(member: Member, reason: string, whose: Pick<LaunchFailure, 'permanent' | 'isOutage'>): void {
    const { ending: end } = member;
    this.launches.failed(member, { at: this.world.clock.now(), reason, end, ...whose });
    this.observer?.startFailed(member.endpointName, member.variantName, reason);
    this.world.log.warn('An instance did not start; the next launch waits longer', { ...member.ids(), end, reason });
  }

  /**
   * Returns the last lines of an instance's output. If its log cannot be read, the failure is still reported, without
   * output.
   */
  private async lastLines({ id }: Member): Promise<string[]> {
    const lines = await this.world.logs.tail(id, LAST_LINES).catch(() => []);
    return lines.map(({ text }) => text);
  }

  private async clearUp(member: Member): Promise<void> {
    const { instances, log } = this.world;
    // An instance is still in service here only if Ebb itself failed to live its life.
    if (member.state === 'InService') member.goAtOnce();
    member.cutOff();
    await instances.terminate(member.id, STOP_GRACE_MS).catch((error: unknown) => {
      log.error('An instance could not be terminated and may still run', { ...member.ids(), reason: messageOf(error) });
    });
    log.info('An instance is gone', { ...member.ids(), end: member.ending });
    member.clearAway();
    this.roster.remove(member);
    this.changed(member);
  }
}
