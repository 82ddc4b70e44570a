import { endpointConfigKey } from '../../libs/core/endpoint/endpoint-config.js';
import { EbbError } from '../../libs/core/errors.js';
import { updateCapacities } from '../../libs/engine/deployment/update-capacities.js';
import { updateEndpoint } from '../../libs/engine/deployment/update-endpoint.js';
import { asyncInferenceOf, variantOf } from './deployment.js';
import { ALARM } from './draw-change.js';
import type { Incident } from './scenario.js';
import { SILENT_ALARM } from './silent-alarm.js';
import type { Simulation } from './simulation.js';
import { BAD_IMAGE } from './watched-instances.js';

const GOOD_IMAGE = 'better';

/** Updates one endpoint; the update may be refused. */
export async function update(simulation: Simulation, incident: Extract<Incident, { kind: 'update' }>): Promise<void> {
  const { catalog, clock, engine, random, scenario } = simulation;
  const plan = random.pick(scenario.endpoints);
  const image = incident.isGood ? GOOD_IMAGE : BAD_IMAGE;
  const record = { createdAt: clock.now(), tags: {} };
  await catalog.models.create(image, { ...record, name: image, container: { image, environment: {} } });
  const configName = clock.uniqueId();
  await catalog.endpointConfigs.create(endpointConfigKey(configName), {
    ...record,
    name: configName,
    variants: incident.instances.map((count, index) => {
      const variant = plan.variants[index] ?? { ...plan.variants[0]!, name: 'other', scaledBy: 'hand' };
      return variantOf(variant, image, count);
    }),
    asyncInference: asyncInferenceOf(plan, incident.slots),
  });
  await putAlarm(simulation, 'OK');
  const updated = updateEndpoint(engine.process.world, {
    name: plan.name,
    configName,
    retainsInstanceCounts: incident.retainsInstanceCounts,
    retainsWeights: false,
    retainsDeploymentConfig: false,
    deploymentConfig: incident.config,
  });
  await asFarAsAllowed(simulation, updated);
}

/** Sets weights of one endpoint by hand, and counts of the variants that are scaled by hand. */
export async function changeCapacities(
  simulation: Simulation,
  { counts, weights }: Extract<Incident, { kind: 'capacities' }>,
): Promise<void> {
  const { engine, random, scenario } = simulation;
  const { name, variants } = random.pick(scenario.endpoints);
  const wanted = variants.map((variant, index) => ({
    variantName: variant.name,
    weight: weights[index],
    instanceCount: variant.scaledBy === 'hand' ? counts[index] : undefined,
  }));
  await asFarAsAllowed(simulation, updateCapacities(engine.process.world, name, wanted));
}

/** Puts the alarm into ALARM for a while. */
export async function ring(simulation: Simulation, forMs: number): Promise<void> {
  await putAlarm(simulation, 'ALARM');
  await simulation.clock.sleep(forMs);
  await putAlarm(simulation, 'OK');
}

async function putAlarm({ catalog }: Simulation, state: 'OK' | 'ALARM'): Promise<void> {
  const alarm = { ...SILENT_ALARM, name: ALARM, state, stateReason: 'told' };
  if (await catalog.alarms.create(ALARM, alarm)) return;
  await catalog.alarms.update(ALARM, (current) => ({ ...current, state }));
}

/** Waits for a change, which may be refused or end with its process. */
export async function asFarAsAllowed({ engine, log }: Simulation, change: Promise<unknown>): Promise<void> {
  const refused = (error: unknown): void => {
    if (!(error instanceof EbbError)) throw error;
    log.add('client', `a change was refused: ${error.message}`);
  };
  await Promise.race([change.catch(refused), engine.process.died.promise]);
}
