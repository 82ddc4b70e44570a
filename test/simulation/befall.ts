import { EbbError } from '../../libs/core/errors.js';
import { canBeRedriven, isSettled } from '../../libs/core/invocation/invocation.js';
import { cancelInvocation } from '../../libs/engine/invocation/cancel-invocation.js';
import { deleteEndpoint } from '../../libs/engine/endpoint/delete-endpoint.js';
import { redriveInvocation } from '../../libs/engine/invocation/redrive-invocation.js';
import { registerScalableTarget } from '../../libs/engine/scaling/register-scalable-target.js';
import { changeCapacities, ring, update } from './change-endpoints.js';
import { drain, pause, wake } from './operate.js';
import type { Incident } from './scenario.js';
import type { Simulation } from './simulation.js';

/** A process that is frozen for longer than this is replaced on another machine. */
const PATIENCE_MS = 20_000;

/** Carries out one incident on the simulation. */
export async function befall(simulation: Simulation, incident: Incident): Promise<void> {
  simulation.log.add('simulation', JSON.stringify(incident));
  switch (incident.kind) {
    case 'crash':
      return crash(simulation, incident.downMs, incident.losesMachine);
    case 'freeze':
      return freeze(simulation, incident.ms, incident.livesOnMs);
    case 'restart':
      return simulation.engine.stop();
    case 'instance dies':
      return simulation.machine.killOne();
    case 'bounds change':
      return changeBounds(simulation, incident);
    case 'redelivery':
      return redeliver(simulation);
    case 'cancel':
      return cancel(simulation);
    case 'redrive':
      return redrive(simulation);
    case 'endpoint is deleted':
      return deleteOne(simulation);
    case 'update':
      return update(simulation, incident);
    case 'capacities':
      return changeCapacities(simulation, incident);
    case 'pause':
      return pause(simulation, incident);
    case 'wake':
      return wake(simulation, incident);
    case 'drain':
      return drain(simulation);
    case 'alarm':
      return ring(simulation, incident.forMs);
  }
}

async function crash(simulation: Simulation, downMs: number, losesMachine: boolean): Promise<void> {
  const { engine, machine } = simulation;
  simulation.down.add(engine);
  engine.process.die();
  if (losesMachine) await machine.killAll();
  await simulation.clock.sleep(downMs);
  if (simulation.engine !== engine) return;
  if (losesMachine) simulation.bootElsewhere();
  else simulation.boot(engine.process.workerId);
}

/** Freezes a process. It wakes after its leases have expired, and believes that it is alone. */
async function freeze(simulation: Simulation, ms: number, livesOnMs: number): Promise<void> {
  const { clock } = simulation;
  const { process } = simulation.engine;
  process.freeze();
  if (ms > PATIENCE_MS) simulation.bootElsewhere();
  await clock.sleep(ms);
  process.thaw();
  if (simulation.engine.process === process) return;
  await clock.sleep(livesOnMs);
  process.die();
}

async function changeBounds(
  simulation: Simulation,
  incident: Extract<Incident, { kind: 'bounds change' }>,
): Promise<void> {
  const { name, variants } = simulation.random.pick(simulation.scenario.endpoints);
  const { world, died } = simulation.engine.process;
  const registered = registerScalableTarget(world, {
    endpointName: name,
    variantName: simulation.random.pick(variants).name,
    minCapacity: incident.minimum,
    maxCapacity: incident.maximum,
    suspended: { dynamicScalingIn: incident.suspended, dynamicScalingOut: incident.suspended },
  });
  await Promise.race([registered.catch(onlyEbbErrors), died.promise]);
}

async function redeliver({ ledger, random, redelivered, signals }: Simulation): Promise<void> {
  const running = ledger.all.filter(({ state }) => state === 'Running');
  if (running.length === 0) return;
  const { id, inferenceId, endpointName } = random.pick(running);
  redelivered.add(inferenceId);
  await ledger.redeliver(id);
  signals.notify({ kind: 'backlog', endpointName });
}

async function cancel({ engine, ledger, random }: Simulation): Promise<void> {
  const open = ledger.all.filter(({ state }) => !isSettled(state));
  if (open.length === 0) return;
  const { world, died } = engine.process;
  await Promise.race([cancelInvocation(world, random.pick(open).id).catch(onlyEbbErrors), died.promise]);
}

async function redrive({ engine, ledger, random }: Simulation): Promise<void> {
  const without = ledger.all.filter(({ state }) => canBeRedriven(state));
  if (without.length === 0) return;
  const { world, died } = engine.process;
  await Promise.race([redriveInvocation(world, random.pick(without).id).catch(onlyEbbErrors), died.promise]);
}

async function deleteOne({ deleted, engine, random, scenario }: Simulation): Promise<void> {
  const { name } = random.pick(scenario.endpoints);
  deleted.add(name);
  await deleteEndpoint(engine.process.world, name).catch(onlyEbbErrors);
}

function onlyEbbErrors(error: unknown): void {
  if (!(error instanceof EbbError)) throw error;
}
