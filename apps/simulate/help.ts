import { COMPARATORS } from '../../libs/simulator/contenders.js';
import { shippedTraceNames } from './input-files.js';

/** What `--help` prints. */
export function helpText(): string {
  return `Runs Ebb's decision code, unchanged, on virtual time against a trace of arrivals.

  npm run simulate -- --compare                      every shipped trace, side by side with other autoscalers
  npm run simulate -- --compare --trace spikes       one of them
  npm run simulate -- --trace spikes                 Ebb alone, as it comes
  npm run simulate -- --trace mine.json --policy policy.json --svg run.svg

  --trace FILE     a trace of your own, or the name of a shipped one: ${shippedTraceNames().join(', ')}
  --policy FILE    what Ebb is told; without it, what holds where nobody has set anything
  --seed N         other chance than the trace's own: is a verdict more than luck?
  --under NAME     somebody else than ebb decides: ${COMPARATORS.map(({ name }) => name).join(', ')}
  --svg FILE       draws backlog and instances over time
  --compare        Ebb and all the others, with a verdict for each trace
  --into FILE      with --compare, puts the tables into a page of documentation
  --json           the numbers as JSON; times are seconds, null is for ever
  --help           this

A trace says what comes and what it needs. Times are seconds:

  { "name": "mornings", "description": "What it stands for.", "seed": 1,
    "start":   { "distribution": "lognormal", "medianSeconds": 20, "p95Seconds": 30 },
    "service": { "distribution": "lognormal", "medianSeconds": 2, "p99Seconds": 60 },
    "slotsPerInstance": 1,
    "bounds": { "minimum": 0, "maximum": 20 },
    "arrivals": [
      { "atSeconds": 15, "count": 100 },
      { "poisson": [{ "atSeconds": 0, "perSecond": 0.1 }, { "atSeconds": 3600, "perSecond": 2 }] } ] }

A policy file holds a promise, or scaling policies and alarms as AWS's command line takes them:

  { "startWithinSeconds": 5, "keepWarmSeconds": 300 }
  { "doneWithinSeconds": 60 }
  { "pace": "aws",
    "policies": [{ "PolicyName": "backlog", "PolicyType": "TargetTrackingScaling",
      "TargetTrackingScalingPolicyConfiguration": { "TargetValue": 5, "CustomizedMetricSpecification": {
        "Namespace": "AWS/SageMaker", "MetricName": "ApproximateBacklogSizePerInstance", "Statistic": "Average" } } }],
    "alarms": [] }

docs/scaling-simulator.md tells the rest.`;
}
