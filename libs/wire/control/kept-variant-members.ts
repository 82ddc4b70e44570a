import type { KeptMembers } from '../../core/tags.js';
import type { Members } from '../aws/members.js';
import {
  type KeptShape,
  boolean,
  integer,
  joinKept,
  keptInside,
  readKept,
  requiredInteger,
  requiredText,
  structure,
  structures,
  text,
  texts,
} from './kept-members.js';
import { INSTANCE_TYPE, KMS_KEY_ID, MODEL_NAME, matching } from './rules.js';
import { DESTINATION } from './s3-address.js';

const RESERVATION_ARN = matching('arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]*:[0-9]{12}:[a-z0-9\\-]{1,14}/.*', {
  min: 20,
  max: 258,
});
const PARTITION_TYPE = matching('mig-[0-9]+g\\.[0-9]+gb([+-][a-z0-9.]+)*', { max: 32 });
const CONCURRENCY = { min: 1, max: 200 };
const MEMORY_STEP_MB = 1024;

const KEPT: KeptShape = {
  InstancePools: structures(
    {
      InstanceType: requiredText(INSTANCE_TYPE),
      ModelNameOverride: text(MODEL_NAME),
      Priority: requiredInteger({ min: 1, max: 5 }),
    },
    { min: 1, max: 5 },
  ),
  VariantInstanceProvisionTimeoutInSeconds: integer({ min: 300, max: 3600 }),
  AcceleratorType: text({
    oneOf: ['ml.eia1.medium', 'ml.eia1.large', 'ml.eia1.xlarge', 'ml.eia2.medium', 'ml.eia2.large', 'ml.eia2.xlarge'],
  }),
  CoreDumpConfig: structure({ DestinationS3Uri: requiredText(DESTINATION), KmsKeyId: text(KMS_KEY_ID) }),
  ServerlessConfig: structure(
    {
      MemorySizeInMB: requiredInteger({ min: 1024, max: 6144 }),
      MaxConcurrency: requiredInteger(CONCURRENCY),
      ProvisionedConcurrency: integer(CONCURRENCY),
    },
    checkServerless,
  ),
  EnableSSMAccess: boolean,
  CapacityReservationConfig: structure({
    CapacityReservationPreference: text({ oneOf: ['capacity-reservations-only'] }),
    MlReservationArn: text(RESERVATION_ARN),
  }),
  AcceleratorPartitionLayouts: structures(
    { AcceleratorPartitionTypes: texts(PARTITION_TYPE, { max: 32 }) },
    { min: 1, max: 32 },
  ),
};

const KEPT_OF_SCALING: KeptShape = {
  ScaleInPolicy: structure({
    Strategy: requiredText({ oneOf: ['IDLE_RELEASE', 'CONSOLIDATION'] }),
    MaximumStepSize: integer({ min: 1, max: 100 }),
    CooldownInMinutes: integer({ min: 5, max: 1440 }),
  }),
};

const KEPT_OF_ROUTING: KeptShape = {
  PrefixAwareRoutingConfig: structure({
    PrefixLength: requiredInteger({ min: 1024, max: 65_536 }),
    ConcurrencyThreshold: requiredInteger({ min: 1, max: 1024 }),
  }),
};

/** Reads the members of a variant that Ebb keeps and describes back without acting on them. */
export function readKeptOfVariant(
  variant: Members,
  scaling: Members | undefined,
  routing: Members | undefined,
): KeptMembers | undefined {
  return joinKept(
    readKept(variant, KEPT),
    keptInside('ManagedInstanceScaling', scaling && readKept(scaling, KEPT_OF_SCALING)),
    keptInside('RoutingConfig', routing && readKept(routing, KEPT_OF_ROUTING)),
  );
}

function checkServerless(config: Members, kept: KeptMembers): void {
  const { MemorySizeInMB: memory, MaxConcurrency: most, ProvisionedConcurrency: provisioned } = kept;
  if (typeof memory === 'number' && memory % MEMORY_STEP_MB !== 0) {
    config.violate('MemorySizeInMB', `Member must be a multiple of ${MEMORY_STEP_MB}`);
  }
  if (typeof most === 'number' && typeof provisioned === 'number' && provisioned > most) {
    config.violate('ProvisionedConcurrency', 'Member must have value less than or equal to MaxConcurrency');
  }
}
