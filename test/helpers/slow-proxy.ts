import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

/** A TCP proxy that passes everything on late, for races that a loopback is too fast for. */
export interface SlowProxy {
  readonly port: number;
  stop(): Promise<void>;
}

/** Forwards to `port` on the loopback, each way `delayMillis` late. */
export async function startSlowProxy(port: number, delayMillis: number): Promise<SlowProxy> {
  const sockets = new Set<net.Socket>();
  const forward = (from: net.Socket, to: net.Socket): void => {
    sockets.add(from);
    from.on('data', (data) => {
      setTimeout(() => {
        if (to.writable) to.write(data);
      }, delayMillis);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = net.createServer((client) => {
    const upstream = net.connect(port, '127.0.0.1');
    forward(client, upstream);
    forward(upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
