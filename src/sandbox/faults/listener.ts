import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Listener {
  /** Port 0 takes any free one. Rejects when the port cannot be had. */
  open(port: number, host: string): Promise<AddressInfo>;
  /** Cuts every connection and refuses new ones for that time; then it is back on the same port. */
  leave: (awayMs: number) => void;
  /** For good; ends open connections, ends being away, may be called at any time and again. */
  close: () => Promise<void>;
}

/** Opens and closes a server's port. `onLost` is told when the port cannot be had again after being away. */
export function createListener(server: Server, onLost: (error: unknown) => void): Listener {
  let comingBack: NodeJS.Timeout | undefined;

  const open = async (port: number, host: string): Promise<AddressInfo> =>
    new Promise((resolve, reject) => {
      const onListening = (): void => {
        server.off('error', onError);
        resolve(server.address() as AddressInfo);
      };
      const onError = (error: Error): void => {
        server.off('listening', onListening);
        reject(error);
      };
      server.once('listening', onListening).once('error', onError).listen(port, host);
    });

  return {
    open,
    leave(awayMs) {
      if (!server.listening) return;
      const { port, address } = server.address() as AddressInfo;
      server.close();
      server.closeAllConnections();
      comingBack = setTimeout(() => void open(port, address).catch(onLost), awayMs);
    },
    close: async () =>
      new Promise((resolve) => {
        clearTimeout(comingBack);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
