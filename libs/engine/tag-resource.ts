import { endpointArn, endpointConfigArn, modelArn } from '../core/arn.js';
import { endpointKey } from '../core/endpoint.js';
import { EbbError } from '../core/errors.js';
import type { Tags } from '../core/model.js';
import { checkPromiseTags } from '../core/promise.js';
import type { Records } from '../core/ports/catalog.js';
import type { World } from './world.js';

/** `Tags` of one resource hold at most this many. */
const MAX_TAGS = 50;

interface Tagged {
  readonly name: string;
  readonly tags: Tags;
}

type TagWorld = Pick<World, 'catalog' | 'place' | 'signals'>;

/** The tags of the model, endpoint config or endpoint that an ARN names, or `InvalidRequest`. */
export async function findTags(world: TagWorld, arn: string): Promise<Tags> {
  return changeTags(world, arn, (tags) => tags);
}

/**
 * Changes the tags of the resource that an ARN names and returns them; raises `InvalidRequest` for no resource, and for
 * tags of an endpoint that promise what cannot be meant.
 */
export async function changeTags(world: TagWorld, arn: string, change: (tags: Tags) => Tags): Promise<Tags> {
  const { catalog, place } = world;
  const { models, endpointConfigs } = catalog;
  const changed =
    (await changeOf(models, arn, (name) => modelArn(place, name), identity, change)) ??
    (await changeOf(endpointConfigs, arn, (name) => endpointConfigArn(place, name), identity, change)) ??
    (await changeOfEndpoint(world, arn, change));
  if (!changed) throw new EbbError('InvalidRequest', `Could not find a resource with the ARN "${arn}".`);
  return changed.tags;
}

/** Tags say what is promised, so that the autoscaler has to hear of them. */
async function changeOfEndpoint(
  world: TagWorld,
  arn: string,
  change: (tags: Tags) => Tags,
): Promise<Tagged | undefined> {
  const { catalog, place, signals } = world;
  const endpoint = await changeOf(
    catalog.endpoints,
    arn,
    (name) => endpointArn(place, name),
    endpointKey,
    (current) => {
      const tags = change(current);
      checkPromiseTags(tags);
      return tags;
    },
  );
  if (endpoint) signals.notify({ kind: 'endpoint', endpointName: endpoint.name });
  return endpoint;
}

/** ARNs have lost the case of the name, so the record is looked for rather than fetched. */
async function changeOf<T extends Tagged>(
  records: Records<T>,
  arn: string,
  arnOf: (name: string) => string,
  keyOf: (name: string) => string,
  change: (tags: Tags) => Tags,
): Promise<T | undefined> {
  const found = (await records.all()).find(({ name }) => arnOf(name) === arn);
  if (!found) return undefined;
  return records.update(keyOf(found.name), (record) => {
    const tags = change(record.tags);
    if (Object.keys(tags).length > MAX_TAGS) {
      throw new EbbError('InvalidRequest', `A resource can have at most ${MAX_TAGS} tags.`);
    }
    return tags === record.tags ? record : { ...record, tags };
  });
}

function identity(name: string): string {
  return name;
}
