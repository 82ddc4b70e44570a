import type { RequestListener, Server } from 'node:http';
import { Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Authenticator } from '../../libs/engine/access/authenticate.js';
import { Engine } from '../../libs/engine/engine.js';
import type { Log } from '../../libs/engine/log.js';
import type { World } from '../../libs/engine/world.js';
import type { Config } from '../../libs/host/config.js';
import type { ListeningSettings } from '../../libs/host/listening.js';
import { openWorld } from '../../libs/host/open-world.js';
import { ConfigError } from '../../libs/host/setting-reader.js';
import { withVerbAsPart } from '../../libs/wire/rest/route-paths.js';
import { FrontDoor } from '../api/front-door.js';
import { createFrontServer } from '../api/front-server.js';
import type { FrameworkReply } from '../api/v1/asked.js';
import { refuseUnreadable } from '../api/v1/problem.filter.js';
import { refuseMethods } from '../api/v1/refuse-methods.js';
import { readCertificate, renewCertificate } from './certificate.js';
import { NestLog } from './nest-log.js';
import { StandaloneModule } from './standalone.module.js';

/** The time after which connections that are still open are cut, counted from the end of the loops. */
const CLOSE_GRACE_MS = 2_000;

/** The longest parameter in a path; routes have narrower limits of their own. */
const MAX_PARAMETER_LENGTH = 1024;

/** A running Ebb in this process. */
export interface Standalone {
  readonly url: string;
  /** Uses the certificate that is on disk now for new connections. Raises `ConfigError`. */
  renewCertificate(): void;
  /** Finishes or releases the running invocations, ends all instances, and closes everything. */
  stop(): Promise<void>;
}

/** Opens the drivers, listens and starts the loops. Resolves when requests are answered. */
export async function startStandalone(config: Config, log: Log): Promise<Standalone> {
  let url = '';
  const { listening } = config;
  const { world, own, close } = await openWorld(config, log, () => url);
  const opened = new AsyncDisposableStack();
  opened.defer(close);
  try {
    const authenticator = new Authenticator(world, config.access.mode, own);
    opened.defer(() => authenticator.close());
    await refuseWithoutOperator(authenticator);
    const { app, server } = await createApp(config, world, authenticator);
    opened.defer(() => closeApp(app, server));
    const engine = app.get(Engine);
    await app.listen(listening.port, listening.host);
    url = urlOf(listening, server.address() as AddressInfo);
    await engine.start();
    return {
      url,
      renewCertificate() {
        if (listening.tls && server instanceof SecureServer) renewCertificate(server, listening.tls);
      },
      async stop() {
        await engine.stop();
        await opened.disposeAsync();
      },
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

async function closeApp(app: NestFastifyApplication, server: Server): Promise<void> {
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await app.close();
  clearTimeout(cut);
}

/**
 * Makes the application and its server. Nest needs the server before it makes the front door, so the server looks the
 * door up later.
 */
async function createApp(
  config: Config,
  world: World,
  authenticator: Authenticator,
): Promise<{ readonly app: NestFastifyApplication; readonly server: Server }> {
  let door: FrontDoor | undefined;
  let server: Server | undefined;
  const { limits, publicUrl, tls } = config.listening;
  const certificate = tls && readCertificate(tls);
  const isOpen = config.access.mode === 'open';
  const adapter = new FastifyAdapter({
    serverFactory: (native: RequestListener) =>
      (server = createFrontServer({ door: () => door, native, limits, tls: certificate, isOpen, publicUrl })),
    genReqId: () => world.clock.uniqueId(),
    rewriteUrl: ({ url = '/' }) => withVerbAsPart(url),
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    frameworkErrors: (error: Error, request: { readonly id: string }, reply: unknown) =>
      refuseUnreadable(error, request, reply as FrameworkReply),
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    StandaloneModule.of(config, world, authenticator),
    adapter,
    {
      logger: new NestLog(world.log),
      abortOnError: false,
      bodyParser: false,
    },
  );
  hookInto(adapter);
  await app.init();
  door = app.get(FrontDoor);
  return { app, server: server! };
}

/**
 * Turns off the parsing of bodies: each surface reads its own bodies and knows their limits, and streams large ones.
 */
function hookInto(adapter: FastifyAdapter): void {
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _body, done) => done(null));
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('ebb-request-id', request.id);
    done();
  });
  fastify.addHook('onRequest', refuseMethods);
}

/**
 * Refuses to start if access keys are required and no operator's key exists, because Ebb could then not be operated.
 */
async function refuseWithoutOperator(authenticator: Authenticator): Promise<void> {
  if (authenticator.mode === 'open' || (await authenticator.hasOperator())) return;
  throw new ConfigError(
    'EBB_ACCESS is keys, as it always is if EBB_HOST is not loopback, and no access key may operate all endpoints. ' +
      'Make one with: ebb keys create NAME --role operate --local',
  );
}

function urlOf({ host, tls }: ListeningSettings, address: AddressInfo): string {
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
