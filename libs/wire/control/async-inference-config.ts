import type { AsyncInferenceConfig, NotificationKind } from '../../core/endpoint/endpoint-config.js';
import type { Members } from '../aws/members.js';
import { KMS_KEY_ID, TOPIC_ARN } from './rules.js';
import { readDestination } from './s3-address.js';

const TOPIC_TYPES: Readonly<Record<string, NotificationKind>> = {
  SUCCESS_NOTIFICATION_TOPIC: 'success',
  ERROR_NOTIFICATION_TOPIC: 'error',
};

/** Reads `AsyncInferenceConfig`; `OutputConfig` is required but may be empty. */
export function readAsyncInferenceConfig(config: Members): AsyncInferenceConfig {
  const output = config.requiredStructure('OutputConfig');
  const notifications = output.structure('NotificationConfig');
  const includeIn = notifications?.texts(
    'IncludeInferenceResponseIn',
    { oneOf: Object.keys(TOPIC_TYPES) },
    { max: Object.keys(TOPIC_TYPES).length },
  );
  return {
    outputPath: readDestination(output, 'S3OutputPath'),
    failurePath: readDestination(output, 'S3FailurePath'),
    kmsKeyId: output.text('KmsKeyId', KMS_KEY_ID),
    successTopic: notifications?.text('SuccessTopic', TOPIC_ARN),
    errorTopic: notifications?.text('ErrorTopic', TOPIC_ARN),
    includeResponseIn: includeIn?.flatMap((type) => TOPIC_TYPES[type] ?? []) ?? [],
    maxConcurrentInvocationsPerInstance: config
      .structure('ClientConfig')
      ?.integer('MaxConcurrentInvocationsPerInstance', { min: 1, max: 1000 }),
  };
}

/** Writes `AsyncInferenceConfig`. */
export function writeAsyncInferenceConfig(config: AsyncInferenceConfig): object {
  return {
    ClientConfig:
      config.maxConcurrentInvocationsPerInstance === undefined
        ? undefined
        : { MaxConcurrentInvocationsPerInstance: config.maxConcurrentInvocationsPerInstance },
    OutputConfig: {
      KmsKeyId: config.kmsKeyId,
      S3OutputPath: config.outputPath,
      S3FailurePath: config.failurePath,
      NotificationConfig: writeNotifications(config),
    },
  };
}

function writeNotifications(config: AsyncInferenceConfig): object | undefined {
  const { successTopic, errorTopic, includeResponseIn } = config;
  if (successTopic === undefined && errorTopic === undefined && includeResponseIn.length === 0) return undefined;
  const types = Object.keys(TOPIC_TYPES).filter((type) => includeResponseIn.includes(TOPIC_TYPES[type]!));
  return {
    SuccessTopic: successTopic,
    ErrorTopic: errorTopic,
    IncludeInferenceResponseIn: types.length === 0 ? undefined : types,
  };
}
