import { endpointArn, endpointConfigArn, modelArn } from '../../core/arn.js';
import { endpointConfigKey } from '../../core/endpoint/endpoint-config.js';
import { endpointKey } from '../../core/endpoint/endpoint.js';
import { EbbError } from '../../core/errors.js';
import { modelKey } from '../../core/model/model.js';
import { checkPromiseTags } from '../../core/scaling/promise.js';
import { checkWarmTags } from '../../core/instance/warm-tier.js';
import type { Records } from '../../core/ports/catalog.js';
import type { Tags } from '../../core/tags.js';
import { missingModel } from '../model/find-model.js';
import { missingEndpoint, missingEndpointConfig } from './find-endpoint.js';
import type { World } from '../world.js';

/** The most tags of one resource. */
const MAX_TAGS = 50;

type TagWorld = Pick<World, 'catalog' | 'place' | 'signals'>;

/** Returns the tags of the resource that an ARN names. Raises the errors of `changeTags` for an ARN that names none. */
export async function findTags(world: TagWorld, arn: string): Promise<Tags> {
  return (await resourceOf(world, arn).find()).tags;
}

/**
 * Changes the tags of the resource that an ARN names, and returns them. Raises `ModelNotFound`,
 * `EndpointConfigNotFound`, `EndpointNotFound`, and `InvalidRequest` for any other ARN, for too many tags, and for an
 * endpoint's tags with an invalid promise or warm tier.
 */
export async function changeTags(world: TagWorld, arn: string, change: (tags: Tags) => Tags): Promise<Tags> {
  return (await resourceOf(world, arn).change(change)).tags;
}

interface Tagged {
  readonly name: string;
  readonly tags: Tags;
}

interface TaggedResource {
  find(): Promise<Tagged>;
  change(change: (tags: Tags) => Tags): Promise<Tagged>;
}

const ARN = /:(model|endpoint-config|endpoint)\/([^/]+)$/;

function resourceOf(world: TagWorld, arn: string): TaggedResource {
  const { catalog, place } = world;
  const [, kind, name = ''] = ARN.exec(arn) ?? [];
  // Names in ARNs are in lower case, but an ARN with the resource's own spelling is understood too.
  const isOf = (wanted: string, expected: string): boolean =>
    kind === wanted && arn.toLowerCase() === expected.toLowerCase();
  if (isOf('model', modelArn(place, name))) {
    return taggedRecord(catalog.models, modelKey(name), () => missingModel(place, name));
  }
  if (isOf('endpoint-config', endpointConfigArn(place, name))) {
    return taggedRecord(catalog.endpointConfigs, endpointConfigKey(name), () => missingEndpointConfig(place, name));
  }
  if (isOf('endpoint', endpointArn(place, name))) return taggedEndpoint(world, name);
  throw new EbbError('InvalidRequest', `Could not find a resource with the ARN "${arn}".`);
}

/** The autoscaler is signalled, because an endpoint's tags contain its promise. */
function taggedEndpoint({ catalog, place, signals }: TagWorld, name: string): TaggedResource {
  const record = taggedRecord(catalog.endpoints, endpointKey(name), () => missingEndpoint(place, name));
  return {
    find: () => record.find(),
    async change(change) {
      const endpoint = await record.change((current) => {
        const tags = change(current);
        checkPromiseTags(tags);
        checkWarmTags(tags);
        return tags;
      });
      signals.notify({ kind: 'endpoint', endpointName: endpoint.name });
      return endpoint;
    },
  };
}

function taggedRecord<T extends Tagged>(records: Records<T>, key: string, missing: () => never): TaggedResource {
  return {
    find: async () => (await records.get(key)) ?? missing(),
    change: async (change) =>
      (await records.update(key, (record) => ({ ...record, tags: limited(change(record.tags)) }))) ?? missing(),
  };
}

function limited(tags: Tags): Tags {
  if (Object.keys(tags).length <= MAX_TAGS) return tags;
  throw new EbbError('InvalidRequest', `A resource can have at most ${MAX_TAGS} tags.`);
}
