import { DescribeScalingActivitiesCommand } from '@aws-sdk/client-application-auto-scaling';
import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { type Deployment, ENDPOINT, VARIANT } from './deploy.js';
import type { Receiver } from './receiver.js';
import type { Screen } from './screen.js';
import { type Outcome, firstWords } from './work.js';

/** Prints the results as tables; returns the expectations that were not met. */
export async function reportOf(
  deployment: Deployment,
  outcomes: Outcome[],
  receiver: Receiver,
  screen: Screen,
): Promise<string[]> {
  screen.say('\nRequests\n');
  screen.table(
    ['page', 'waited', 'ran', 'result', 'first words'],
    outcomes.map((outcome) => {
      const isCompleted = outcome.notification.invocationStatus === 'Completed';
      return [
        outcome.page.file,
        seconds(outcome.waitedMs),
        seconds(outcome.ranMs),
        isCompleted ? outcome.outputLocation : outcome.failureLocation,
        isCompleted ? firstWords(outcome.content) : `(${outcome.notification.failureReason!.split('.')[0]})`,
      ];
    }),
  );
  const activities = await scalingActivities(deployment);
  screen.say('\nScaling\n');
  screen.table(
    ['time', 'decision', 'cause'],
    activities.map(({ StartTime, Description, Cause }) => [
      StartTime!.toISOString().slice(11, 23),
      Description!,
      Cause!,
    ]),
  );
  const told = { Completed: 0, Failed: 0 };
  for (const { invocationStatus } of receiver.notifications) told[invocationStatus] += 1;
  screen.say(
    `\nNotifications over HTTP: ${told.Completed} of success, ${told.Failed} of failure, ` +
      `and the test notifications of ${receiver.tested.size} topics\n`,
  );
  return missingFrom(deployment, outcomes, receiver, activities.length);
}

async function missingFrom(
  deployment: Deployment,
  outcomes: Outcome[],
  receiver: Receiver,
  activities: number,
): Promise<string[]> {
  const missing: string[] = [];
  for (const { page, notification, content } of outcomes) {
    const isCompleted = notification.invocationStatus === 'Completed';
    if (page.contains === undefined && isCompleted) missing.push(`${page.file} should have failed`);
    if (page.contains === undefined) continue;
    if (!isCompleted) missing.push(`the text of ${page.file}: ${notification.failureReason}`);
    else if (!textOf(content).includes(page.contains)) missing.push(`“${page.contains}” in ${page.file}`);
  }
  if (receiver.tested.size !== 2) missing.push('a test notification');
  if (activities < 2) missing.push('a scaling activity: there should be one out and one in');
  const { EndpointStatus, ProductionVariants } = await deployment.sagemaker.send(
    new DescribeEndpointCommand({ EndpointName: ENDPOINT }),
  );
  if (EndpointStatus !== 'InService' || ProductionVariants?.[0]?.CurrentInstanceCount !== 0) {
    missing.push('an endpoint that is in service and asleep at the end');
  }
  return missing;
}

/** Lists the scaling activities, oldest first. */
async function scalingActivities({ scaling }: Deployment) {
  const { ScalingActivities = [] } = await scaling.send(
    new DescribeScalingActivitiesCommand({
      ServiceNamespace: 'sagemaker',
      ResourceId: `endpoint/${ENDPOINT}/variant/${VARIANT}`,
    }),
  );
  return ScalingActivities.reverse();
}

function textOf(content: string): string {
  return (JSON.parse(content) as { text: string }).text.replace(/\s+/g, ' ');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
