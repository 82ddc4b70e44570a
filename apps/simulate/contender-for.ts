import { EbbError } from '../../libs/core/errors.js';
import { COMPARATORS, type Contender } from '../../libs/simulator/contenders.js';
import { EBB_DEFAULTS, EbbDecider, type EbbSettings } from '../../libs/simulator/deciders/ebb.js';
import { readJsonFile } from './input-files.js';
import { readPolicyFile } from './policy-file.js';

/** Returns Ebb with the settings of the policy file, or the named comparator. Raises `InvalidRequest`. */
export function contenderFor({ policy, under }: { readonly policy?: string; readonly under?: string }): Contender {
  if (under === undefined || under === 'ebb') {
    return ebbContender(policy === undefined ? EBB_DEFAULTS : readPolicyFile(readJsonFile(policy), policy));
  }
  const comparator = COMPARATORS.find(({ name }) => name === under);
  if (comparator) return comparator;
  const names = COMPARATORS.map(({ name }) => name).join(', ');
  throw new EbbError('InvalidRequest', `--under must be one of ebb, ${names}; it is '${under}'`);
}

function ebbContender(settings: EbbSettings): Contender {
  return { name: 'ebb', settings: settingsText(settings), create: () => new EbbDecider(settings) };
}

function settingsText({ maxKeepWarmMs, policySet, promise }: EbbSettings): string {
  if (policySet) return `${policySet.policies.map(({ name }) => name).join(', ')} at the pace ${policySet.pace}`;
  const promised = promise.kind === 'start' ? 'starts' : 'is done';
  return `work ${promised} within ${promise.withinMs / 1000} s, idle instances are kept for at most ${maxKeepWarmMs / 1000} s`;
}
