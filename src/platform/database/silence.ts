import type { Socket } from 'node:net';
import type { Client, ClientBase } from 'pg';

/**
 * Breaks a connection on which nothing comes back for so many milliseconds. A server whose machine or network is
 * gone keeps no statement timeout, and TCP alone would hold the connection, and its place in the pool, for a quarter
 * of an hour.
 */
export function endWhenSilent(client: ClientBase, afterMs: number): void {
  const socket = socketOf(client);
  socket.setTimeout(afterMs, () => {
    socket.destroy(Object.assign(new Error('The database did not answer.'), { code: 'ETIMEDOUT' }));
  });
}

/** For a statement that may wait as long as it takes. */
export function bearSilence(client: ClientBase): void {
  socketOf(client).setTimeout(0);
}

function socketOf(client: ClientBase): Socket {
  return (client as Client).connection.stream as Socket;
}
