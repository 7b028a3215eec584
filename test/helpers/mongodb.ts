import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { MongoClient } from 'mongodb';

export { startMongo } from '../../scripts/harness/mongodb.ts';
export type { TestMongo } from '../../scripts/harness/mongodb.ts';

/** A way to the server of `uri` that can be cut; the URI that it gives ends with an option. */
export async function startProxyTo(uri: string): Promise<{ uri: string; stop(): Promise<void> }> {
  const client = new MongoClient(uri);
  const [target] = client.options.hosts;
  const ends = new Set<Socket>();
  const proxy = createServer((near) => {
    const far = connect(target?.port ?? 27017, target?.host ?? '127.0.0.1');
    for (const end of [near, far]) {
      ends.add(end.on('error', () => end.destroy()).on('close', () => ends.delete(end)));
    }
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  const [, login = '', rest = ''] = /^[^:]+:\/\/([^@/]+@)?[^/]+(\/[^?]*)/.exec(uri) ?? [];
  const source = encodeURIComponent(client.options.credentials?.source ?? 'admin');
  return {
    uri: `mongodb://${login}127.0.0.1:${port}${rest}?directConnection=true&authSource=${source}`,
    async stop() {
      const closed = once(proxy, 'close');
      proxy.close();
      for (const end of ends) end.destroy();
      await closed;
    },
  };
}
