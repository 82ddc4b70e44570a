import type { ContainerDefinition } from '../../core/model/container.js';
import type { Members } from '../aws/members.js';
import {
  type KeptShape,
  oneOfIntegers,
  readKept,
  requiredText,
  structure,
  structures,
  text,
  withKept,
} from './kept-members.js';
import {
  readAdditionalModelData,
  readModelDataSource,
  writeAdditionalModelData,
  writeModelDataSource,
} from './model-data.js';
import { ENVIRONMENT_KEY, ENVIRONMENT_VALUE, IMAGE, NAME, PUBLISH_FREQUENCIES_SECONDS, matching } from './rules.js';
import { readModelPrefix, readObjectAddress } from './s3-address.js';

const MAX_ENVIRONMENT_ENTRIES = 100;

const KEPT: KeptShape = {
  ImageConfig: structure(
    {
      RepositoryAccessMode: requiredText({ oneOf: ['Platform', 'Vpc'] }),
      RepositoryAuthConfig: structure({
        RepositoryCredentialsProviderArn: requiredText(matching('.*', { min: 1, max: 2048 })),
      }),
    },
    (config, { RepositoryAccessMode }) => {
      if (RepositoryAccessMode !== 'Platform' || !config.has('RepositoryAuthConfig')) return;
      config.violate('RepositoryAuthConfig', 'Member must be null where RepositoryAccessMode is Platform');
    },
  ),
  MultiModelConfig: structure({ ModelCacheSetting: text({ oneOf: ['Enabled', 'Disabled'] }) }),
  ContainerMetricsConfig: structure({
    MetricsEndpoints: structures(
      {
        MetricsEndpointPath: requiredText(matching('/(?!.*\\.\\.)[a-zA-Z0-9/_.\\-]+', { max: 256 })),
        MetricPublishFrequencyInSeconds: oneOfIntegers(PUBLISH_FREQUENCIES_SECONDS),
      },
      { max: 1 },
    ),
  }),
};

/** Reads one `ContainerDefinition`. */
export function readContainer(container: Members): ContainerDefinition {
  // The image would come from a model package, and Ebb has no model packages.
  container.refuse('ModelPackageName', 'InferenceSpecificationName');
  const mode = container.text('Mode', { oneOf: ['SingleModel', 'MultiModel'] }) as ContainerDefinition['mode'];
  const isMultiModel = mode === 'MultiModel';
  checkModelData(container, isMultiModel);
  return {
    image: container.requiredText('Image', IMAGE),
    modelDataUrl: (isMultiModel ? readModelPrefix : readObjectAddress)(container, 'ModelDataUrl'),
    modelDataSource: readModelDataSource(container),
    additionalModelData: readAdditionalModelData(container),
    environment: readEnvironment(container),
    containerHostname: container.text('ContainerHostname', NAME),
    mode,
    kept: readKept(container, KEPT),
  };
}

function checkModelData(container: Members, isMultiModel: boolean): void {
  if (isMultiModel && !container.has('ModelDataUrl')) {
    container.violate('ModelDataUrl', 'Member must not be null where Mode is MultiModel');
  }
  if (!container.has('ModelDataSource')) return;
  if (isMultiModel) {
    container.violate('ModelDataSource', 'Member must be null where Mode is MultiModel');
  } else if (container.has('ModelDataUrl')) {
    container.violate('ModelDataSource', 'Member must be null where ModelDataUrl is given');
  }
}

function readEnvironment(container: Members): Record<string, string> {
  const environment = container.textMap('Environment', ENVIRONMENT_KEY, ENVIRONMENT_VALUE);
  if (Object.keys(environment).length > MAX_ENVIRONMENT_ENTRIES) {
    container.violate('Environment', `Member must have length less than or equal to ${MAX_ENVIRONMENT_ENTRIES}`);
  }
  return environment;
}

/** Writes one `ContainerDefinition`. Like SageMaker, it states the mode even if the caller stated none. */
export function writeContainer(container: ContainerDefinition): object {
  const { modelDataSource, additionalModelData, environment } = container;
  const written = {
    Image: container.image,
    Mode: container.mode ?? 'SingleModel',
    ModelDataUrl: container.modelDataUrl,
    ModelDataSource: modelDataSource && writeModelDataSource(modelDataSource),
    AdditionalModelDataSources: additionalModelData?.map(writeAdditionalModelData),
    Environment: Object.keys(environment).length === 0 ? undefined : environment,
    ContainerHostname: container.containerHostname,
  };
  return withKept(written, container.kept);
}
