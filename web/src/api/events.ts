import type { Message } from "./types";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;

/** Listen to the server for ever: a lost connection is told, and made again. Returns how to stop. */
export function listen(onMessage: (message: Message) => void, onConnected: (connected: boolean) => void): () => void {
  let stopped = false;
  let wait = FIRST_WAIT;
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const connect = (): void => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/api/events`);
    socket.onopen = () => {
      wait = FIRST_WAIT;
      onConnected(true);
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      onMessage(JSON.parse(event.data) as Message);
    };
    socket.onclose = () => {
      if (stopped) return;
      onConnected(false);
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
  };

  connect();
  return () => {
    stopped = true;
    clearTimeout(timer);
    socket?.close();
  };
}
