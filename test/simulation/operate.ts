import { setGates } from '../../libs/engine/operating/set-gates.js';
import { wakeEndpoint } from '../../libs/engine/operating/wake-endpoint.js';
import { asFarAsAllowed } from './change-endpoints.js';
import type { Incident } from './scenario.js';
import type { Simulation } from './simulation.js';

const BY = 'an operator';

/** Pauses gates of one endpoint and resumes them after a while, on the process that runs by then. */
export async function pause(
  simulation: Simulation,
  { forMs, gates }: Extract<Incident, { kind: 'pause' }>,
): Promise<void> {
  const { name: endpointName } = simulation.random.pick(simulation.scenario.endpoints);
  const set = (state: 'open' | 'paused'): Promise<void> =>
    asFarAsAllowed(simulation, setGates(simulation.engine.process.world, { endpointName, gates, state, by: BY }));
  await set('paused');
  await simulation.clock.sleep(forMs);
  await set('open');
}

/** Orders instances of one variant. */
export async function wake(simulation: Simulation, { instances }: Extract<Incident, { kind: 'wake' }>): Promise<void> {
  const { engine, random, scenario, watch } = simulation;
  const { name: endpointName, variants } = random.pick(scenario.endpoints);
  const { name: variantName } = random.pick(variants);
  watch.noteWoken(endpointName);
  const order = { endpointName, variantName, instances, by: BY };
  await asFarAsAllowed(simulation, wakeEndpoint(engine.process.world, order));
}

/** Drains one instance in any state. */
export function drain({ engine, random, scenario, watch }: Simulation): void {
  const { name } = random.pick(scenario.endpoints);
  const instances = engine.process.isDead ? [] : engine.fleet.instances(name);
  if (instances.length === 0) return;
  const { id } = random.pick(instances);
  watch.noteDrained(id);
  engine.fleet.drainInstance(name, id);
}
