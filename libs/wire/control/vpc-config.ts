import type { VpcConfig } from '../../core/model/model.js';
import type { Members } from '../aws/members.js';
import { VPC_ID } from './rules.js';

/** Reads `VpcConfig` of a model or an endpoint config. */
export function readVpcConfig(parent: Members): VpcConfig | undefined {
  const vpc = parent.structure('VpcConfig');
  if (!vpc) return undefined;
  for (const name of ['SecurityGroupIds', 'Subnets']) {
    if (!vpc.has(name)) vpc.violate(name, 'Member must not be null');
  }
  return {
    securityGroupIds: vpc.texts('SecurityGroupIds', VPC_ID, { min: 1, max: 5 }),
    subnets: vpc.texts('Subnets', VPC_ID, { min: 1, max: 16 }),
  };
}

/** Writes `VpcConfig`. */
export function writeVpcConfig(vpc: VpcConfig | undefined): object | undefined {
  return vpc && { SecurityGroupIds: vpc.securityGroupIds, Subnets: vpc.subnets };
}
