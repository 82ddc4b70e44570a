import { endpointConfigArn } from '../../../../libs/core/arn.js';
import { createEndpointConfig } from '../../../../libs/engine/endpoint/create-endpoint-config.js';
import { deleteEndpointConfig } from '../../../../libs/engine/endpoint/delete-endpoint-config.js';
import { findEndpointConfig } from '../../../../libs/engine/endpoint/find-endpoint.js';
import type { World } from '../../../../libs/engine/world.js';
import {
  readCreateEndpointConfig,
  readEndpointConfigName,
  summarizeEndpointConfig,
  writeEndpointConfig,
} from '../../../../libs/wire/control/endpoint-config.js';
import { pageOf, readListing } from '../../../../libs/wire/control/listing.js';
import type { JsonOperations } from '../json-service.js';

/** The operations on endpoint configs. */
export function endpointConfigOperations(world: World): JsonOperations {
  const { catalog, place } = world;
  return {
    async CreateEndpointConfig(request) {
      const config = await createEndpointConfig(world, readCreateEndpointConfig(request));
      return { EndpointConfigArn: endpointConfigArn(place, config.name) };
    },

    async DescribeEndpointConfig(request) {
      return writeEndpointConfig(await findEndpointConfig(world, readEndpointConfigName(request)), place);
    },

    async ListEndpointConfigs(request) {
      const listing = readListing(request);
      const { page, nextToken } = pageOf(await catalog.endpointConfigs.all(), listing);
      return { EndpointConfigs: page.map((config) => summarizeEndpointConfig(config, place)), NextToken: nextToken };
    },

    async DeleteEndpointConfig(request) {
      await deleteEndpointConfig(world, readEndpointConfigName(request));
      return undefined;
    },
  };
}
