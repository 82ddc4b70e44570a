import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import type { Notifications } from '../core/ports/notifications.js';
import type { AccessWorld, OwnCredential } from '../engine/access/access-material.js';
import { webhookSecretsOf } from '../engine/access/webhook-secrets.js';
import type { Closers } from './closers.js';
import type { Config } from './config.js';
import { OwnAgent } from './own-agent.js';

/** The parts of Ebb that notifications need. */
interface NotificationParts extends AccessWorld {
  readonly own: OwnCredential;
  readonly ownUrl: () => string;
}

/** Opens the drivers that notify receivers: the configured driver for topics, and Ebb's own driver for callbacks. */
export async function openNotifications(
  config: Config,
  parts: NotificationParts,
  closers: Closers,
): Promise<Notifications> {
  const topics = await openTopics(config, parts, closers);
  const [{ WebhookNotifications }, { NotificationsByReceiver }] = await Promise.all([
    import('../drivers/notifications/webhook.js'),
    import('../drivers/notifications/by-receiver.js'),
  ]);
  const callbacks = new WebhookNotifications(parts.clock, {
    allowed: config.callbackAllow,
    secretsOf: (keyId, signal) => webhookSecretsOf(parts, keyId, signal),
    userAgent: 'Ebb',
  });
  closers.add(() => callbacks.close());
  return new NotificationsByReceiver(topics, callbacks);
}

async function openTopics(config: Config, parts: NotificationParts, closers: Closers): Promise<Notifications> {
  switch (config.drivers.notifications) {
    case 'sns': {
      const [{ SNSClient }, { SnsNotifications }] = await Promise.all([
        import('@aws-sdk/client-sns'),
        import('../drivers/notifications/sns.js'),
      ]);
      const endpoint = config.awsEndpoints.sns;
      const client = new SNSClient({ region: config.place.region, ...(endpoint && { endpoint }) });
      closers.add(() => client.destroy());
      return new SnsNotifications(client);
    }
    case 'topics': {
      const [{ SQSClient }, { TopicNotifications }] = await Promise.all([
        import('@aws-sdk/client-sqs'),
        import('../drivers/notifications/topics.js'),
      ]);
      const sqs = new SQSClient(queueSettings(config, parts));
      const baseUrl = (): string => config.listening.publicUrl ?? parts.ownUrl();
      const topics = new TopicNotifications(parts.catalog, sqs, parts.clock, { baseUrl });
      closers.add(async () => {
        await topics.close();
        sqs.destroy();
      });
      return topics;
    }
  }
}

/** The SQS client's settings for the queues that subscribe to topics. */
function queueSettings(
  { awsEndpoints, listening, place }: Config,
  { own, ownUrl }: NotificationParts,
): SQSClientConfig {
  const { region } = place;
  if (awsEndpoints.sqs) return { region, endpoint: awsEndpoints.sqs };
  return {
    region,
    // The embedded queues are behind Ebb's own URL, which is not known before it listens.
    endpoint: () => Promise.resolve(addressOf(ownUrl())),
    credentials: own,
    ...(listening.tls && { requestHandler: { httpsAgent: new OwnAgent(listening.tls.certFile) } }),
  };
}

function addressOf(url: string): { protocol: string; hostname: string; port: number; path: string } {
  const { protocol, hostname, port } = new URL(url);
  return { protocol, hostname, port: Number(port), path: '/' };
}
