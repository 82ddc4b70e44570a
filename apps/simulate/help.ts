import { COMPARATORS } from '../../libs/simulator/contenders.js';
import { shippedTraceNames } from './input-files.js';

/** Returns the text that `--help` prints. */
export function helpText(): string {
  return `Runs Ebb's decision code, unchanged, on virtual time against a trace of arrivals.

  npm run simulate -- --compare                      every shipped trace, side by side with other autoscalers
  npm run simulate -- --compare --trace spikes       one trace
  npm run simulate -- --trace spikes                 Ebb alone, with its default settings
  npm run simulate -- --trace mine.json --policy policy.json --svg run.svg

  --trace FILE     a trace of your own, or the name of a shipped one: ${shippedTraceNames().join(', ')}
  --policy FILE    the settings of Ebb; its defaults are used without it
  --seed N         another seed than the trace's own, to see whether a verdict is more than luck
  --under NAME     runs another autoscaler than ebb: ${COMPARATORS.map(({ name }) => name).join(', ')}
  --svg FILE       draws backlog and instances over time
  --compare        compares Ebb with all other autoscalers, with a verdict for each trace
  --into FILE      with --compare, writes the tables into a page of documentation
  --json           prints the numbers as JSON; times are seconds, null means never
  --help           prints this text

A trace describes the arriving work and the time that it needs. Times are seconds:

  { "name": "mornings", "description": "The case that it stands for.", "seed": 1,
    "start":   { "distribution": "lognormal", "medianSeconds": 20, "p95Seconds": 30 },
    "service": { "distribution": "lognormal", "medianSeconds": 2, "p99Seconds": 60 },
    "slotsPerInstance": 1,
    "bounds": { "minimum": 0, "maximum": 20 },
    "arrivals": [
      { "atSeconds": 15, "count": 100 },
      { "poisson": [{ "atSeconds": 0, "perSecond": 0.1 }, { "atSeconds": 3600, "perSecond": 2 }] } ] }

A policy file holds a promise, or scaling policies and alarms in the form of the AWS CLI:

  { "startWithinSeconds": 5, "keepWarmSeconds": 300 }
  { "doneWithinSeconds": 60 }
  { "pace": "aws",
    "policies": [{ "PolicyName": "backlog", "PolicyType": "TargetTrackingScaling",
      "TargetTrackingScalingPolicyConfiguration": { "TargetValue": 5, "CustomizedMetricSpecification": {
        "Namespace": "AWS/SageMaker", "MetricName": "ApproximateBacklogSizePerInstance", "Statistic": "Average" } } }],
    "alarms": [] }

See docs/scaling-simulator.md for more.`;
}
